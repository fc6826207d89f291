# shellcheck shell=bash
# apptainer for the test cluster: no Debian release has it but sid, so sid's packages are unpacked beside that system's own libraries.

APPTAINER=$ROOTS/apptainer
# With what they are linked against. squashfuse and squashfs-tools, which they call, are the machine's own.
APPTAINER_PACKAGES=(apptainer libc6 libseccomp2 libsqlite3-0 zlib1g)

# Kept from one time to the next, as the roots are. Without it the tests that need it fail; all others can do without.
install_apptainer() {
  [ ! -e "$APPTAINER/complete" ] || return 0
  echo "cluster: fetching apptainer from Debian sid into $APPTAINER, once" >&2
  mkdir -p "$ROOTS"
  rm -rf "$APPTAINER"
  if (fetch_apptainer && "$APPTAINER/usr/bin/apptainer" version) > "$ROOTS/apptainer.out" 2>&1 9>&-; then
    rm -rf "$APPTAINER/apt" "$ROOTS/apptainer.out"
    touch "$APPTAINER/complete"
  else
    echo "cluster: apptainer is missing, and the tests that need it will fail; see $ROOTS/apptainer.out" >&2
  fi
}

# An apt of its own, that knows of no release but sid and of no installed package.
fetch_apptainer() {
  local apt=$APPTAINER/apt library loader program mirror
  mirror=$(debian_mirror)
  mkdir -p "$apt"/{lists/partial,cache/archives/partial,debs,none}
  touch "$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" > "$apt/sources"
  cat > "$apt/conf" <<EOC
Dir::Etc::SourceList "$apt/sources";
Dir::Etc::SourceParts "$apt/none";
Dir::Etc::PreferencesParts "$apt/none";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
EOC
  export APT_CONFIG=$apt/conf
  apt-get update
  (cd "$apt/debs" && apt-get download "${APPTAINER_PACKAGES[@]}")
  for program in "$apt"/debs/*.deb; do dpkg -x "$program" "$APPTAINER"; done
  # It looks for its configuration beside its programs, wherever they lie: once below usr, once below usr/lib.
  mv "$APPTAINER/etc" "$APPTAINER/usr/etc"
  mv "$APPTAINER/var" "$APPTAINER/usr/var"
  ln -s ../etc "$APPTAINER/usr/lib/etc"
  ln -s ../var "$APPTAINER/usr/lib/var"
  # Their own loader and C library: this system's are too old, and a loader as a wrapper would be what /proc/self/exe names.
  loader=$(echo "$APPTAINER"/usr/lib/*/ld-linux*.so.*)
  library=$(dirname "$loader")
  for program in "$APPTAINER/usr/bin/apptainer" "$library/apptainer/bin/starter"; do
    patchelf --force-rpath --set-rpath "$library" --set-interpreter "$loader" "$program"
  done
  chmod -R go+rX "$APPTAINER"
}

# On the PATH of the cluster's people; and the device by which ordinary users mount images, which udev makes everybody's elsewhere.
offer_apptainer() {
  rm -f "$DIR/site/bin/apptainer"
  if [ -e "$APPTAINER/complete" ]; then
    printf '#!/bin/sh\nexec %s/usr/bin/apptainer "$@"\n' "$APPTAINER" > "$DIR/site/bin/apptainer"
    chmod 755 "$DIR/site/bin/apptainer"
  fi
  [ -c /dev/fuse ] || return 0
  mkdir -p "$FUSE_USERS"
  [ "$(stat -c %a /dev/fuse)" = 666 ] || stat -c %a /dev/fuse > "$FUSE_USERS/was"
  touch "$FUSE_USERS/$(basename "$DIR")"
  chmod 666 /dev/fuse
}

# The clusters that are up at once share the device; this folder, too, is seen from their roots. The last one puts its mode back.
FUSE_USERS=/dev/shm/slurm-runner-fuse

withdraw_fuse() {
  rm -f "$FUSE_USERS/$(basename "$DIR")"
  [ -d "$FUSE_USERS" ] && [ -z "$(find "$FUSE_USERS" -type f ! -name was)" ] || return 0
  [ ! -s "$FUSE_USERS/was" ] || chmod "$(< "$FUSE_USERS/was")" /dev/fuse
  rm -rf "$FUSE_USERS"
}
