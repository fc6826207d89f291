# What unpack.sh has to do before and after each layer, and whether it may be unpacked at all.

# An awk program on the listings. Names are kept as tar quotes them, like C does; `link` has the targets of all symbolic links by
# the place they really are at, as far as the layers have been gone through.
# shellcheck disable=SC2016
PLAN='
  function refuse(why) {
    printf "layer %d is refused: %s\n", layer, why | "cat >&2"
    bad = 1
    exit 65
  }

  # A path without leading, doubled or final slashes, and without dots.
  function clean(path,    parts, count, at, out) {
    if (path !~ /(^|\/)\.*(\/|$)/) return path
    count = split(path, parts, "/")
    out = ""
    for (at = 1; at <= count; at++) {
      if (parts[at] == ".." ) refuse("the name " path " leads outside")
      if (parts[at] != "" && parts[at] != ".") out = out (out == "" ? "" : "/") parts[at]
    }
    return out
  }

  function parent(path) { return sub(/\/[^\/]*$/, "", path) ? path : "" }
  function last(path) { sub(/.*\//, "", path); return path }
  function below(folder, name) { return folder == "" ? name : folder "/" name }

  # Where a folder really is; `..` if a link on the way is absolute or leads out of the root.
  function real(folder,    todo, at, part, cut, hops, target) {
    if (folder in known) return known[folder]
    todo = folder; at = ""; hops = 0
    while (todo != "") {
      cut = index(todo, "/")
      part = cut ? substr(todo, 1, cut - 1) : todo
      todo = cut ? substr(todo, cut + 1) : ""
      if (part == "" || part == ".") continue
      if (part == "..") {
        if (at == "") return ".."
        at = parent(at)
        continue
      }
      at = below(at, part)
      if (!(at in link)) continue
      target = link[at]
      if (target ~ /^\// || ++hops > 40) return ".."
      at = parent(at)
      todo = target "/" todo
    }
    return known[folder] = at
  }

  function add_link(place, target,    up) {
    forget(place)
    link[place] = target
    for (up = parent(place); up != ""; up = parent(up)) links_in[up]++
    split("", known)
  }

  # Nothing is at this place any more: no link, and none below it.
  function forget(place,    other, up) {
    if (place in link) drop(place)
    if (links_in[place] > 0) for (other in link) if (index(other, place "/") == 1) drop(other)
  }

  function drop(place,    up) {
    delete link[place]
    for (up = parent(place); up != ""; up = parent(up)) links_in[up]--
    split("", known)
  }

  # For printf %b, where an octal byte needs a 0 and a quotation mark no backslash; and `read` would strip blanks.
  function escaped(name,    out) {
    out = ""
    while (match(name, /\\([0-7][0-7][0-7]|.)/)) {
      out = out substr(name, 1, RSTART - 1)
      if (RLENGTH == 4) out = out "\\0" substr(name, RSTART + 1, 3)
      else if (substr(name, RSTART, 2) == "\\\"") out = out "\""
      else out = out substr(name, RSTART, 2)
      name = substr(name, RSTART + RLENGTH)
    }
    out = out name
    gsub(/ /, "\\0040", out)
    return out
  }

  function note(kind, what, place) { print what, escaped(place) >(layer "." kind) }

  # What was to be opened up may have been replaced by a later file of the same layer. A folder comes before what is in it.
  function close_layer(    place, sorted) {
    sorted = "sort -k 2 >" noted ".open"
    for (place in open) if (!(place in link) && real(parent(place)) == parent(place)) print open[place], escaped(place) | sorted
    split("", open)
    close(sorted); close(noted ".gone"); close(noted ".devices")
  }

  FNR == 1 && pass == 1 && layer > 1 { now = layer; layer = noted; close_layer(); layer = now }

  {
    noted = layer
    if (!match($0, /"([^"\\]|\\.)*"/)) next
    name = substr($0, RSTART + 1, RLENGTH - 2)
    rest = substr($0, RSTART + RLENGTH)
    path = clean(name)
    type = substr($0, 1, 1)
    base = last(path)
    white = index(base, ".wh.") == 1
    if (white != (pass == 1)) next
    folder = real(parent(path))
  }

  white && base == ".wh..wh..opq" {
    if (folder == "..") next
    note("gone", "all", folder)
    for (place in link) if (folder == "" || index(place, folder "/") == 1) drop(place)
    next
  }
  # Other notes of the file system that the layer was made on.
  white && index(base, ".wh..wh.") == 1 { next }
  white {
    base = substr(base, 5)
    if (base == "" || base == "." || base == "..") refuse("it hides a file without a name, " name)
    if (folder == "..") next
    note("gone", "one", below(folder, base))
    forget(below(folder, base))
    next
  }

  folder == ".." { refuse(name " would be written through a symbolic link that leads outside the image") }

  {
    place = below(folder, base)
    if (type != "d") {
      # tar removes no folder that is not empty.
      if (place in folders) note("gone", "one", place)
      delete folders[place]
      forget(place)
    } else {
      if (place in link) drop(place)
      folders[place]
    }
    for (up = folder; up != "" && !(up in folders); up = parent(up)) folders[up]
    delete open[place]
  }
  type == "l" || type == "h" {
    match(rest, /"([^"\\]|\\.)*"/)
    target = substr(rest, RSTART + 1, RLENGTH - 2)
    if (type == "l") add_link(place, target)
    else {
      target = clean(target)
      folder = real(parent(target))
      if (folder == "..") refuse(name " would be a link to a file outside the image")
      # Another name of a symbolic link is one too.
      target = below(folder, last(target))
      if (target in link) add_link(place, link[target])
    }
  }
  type == "b" || type == "c" { note("devices", "-", name) }
  type == "d" && substr($0, 2, 3) !~ /^rw[xs]/ { open[place] = "u+rwx" }
  type == "-" && substr($0, 2, 1) != "r" { open[place] = "u+r" }

  END {
    if (bad) exit 65
    if (noted) { layer = noted; close_layer() }
  }
'
