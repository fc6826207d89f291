# shellcheck shell=bash
# The test cluster's people: one for each login shell and each habit of a site; made by up, gone after down.

# name, login shell, what is particular. Their ids are counted up from $UIDS in this order.
USERS=(
  'srt-bash     /bin/bash'
  'srt-dash     /bin/dash'
  'srt-tcsh     /usr/bin/tcsh'
  'srt-fish     /usr/bin/fish'
  'srt-noisy    /bin/bash'     # .bashrc writes to stdout, also in sessions without a terminal
  'srt-bash2nd  /bin/bash'     # belongs to the second cluster, which keeps no accounts
  'srt-login    /bin/bash'     # sbatch is on the PATH only after /etc/profile
  'srt-pass     /bin/bash'     # logs in with a password, and with nothing else
  'srt-other    /bin/bash'     # another person, whose jobs are not yours
  'srt-limit    /bin/bash'     # may have two jobs at a time (MaxSubmitJobs)
)
PASSWORD='correct horse battery'

user_names() {
  local entry
  for entry in "${USERS[@]}"; do echo "${entry%% *}"; done
}

create_users() {
  local entry name shell id=$UIDS home
  for entry in "${USERS[@]}"; do
    read -r name shell <<< "$entry"
    home=$DIR/home/$name
    ! getent passwd "$name" > /dev/null || die "there is a user $name already, from another test cluster: take that one down first"
    # A locked account ('!', useradd's own) is refused by sshd even for keys; '*' is merely no password.
    local password='*'
    [ "$name" != srt-pass ] || password=$(mkpasswd_sha512 "$PASSWORD")
    useradd --uid "$id" --user-group --no-create-home --home-dir "$home" --shell "$shell" --password "$password" "$name" 9>&-
    install -d -m 755 "$home" "$home/bin" "$home/.count"
    install -d -m 700 "$home/.ssh"
    [ "$name" = srt-pass ] || install -m 600 "$DIR/etc/id_ed25519.pub" "$home/.ssh/authorized_keys"
    [ "$name" != srt-noisy ] || write_noisy_bashrc "$home/.bashrc"
    chown -R "$id:$id" "$home"
    # As a login through pam_systemd would make it.
    install -d -m 711 "$DIR/run/user"
    install -d -m 700 -o "$id" -g "$id" "$DIR/run/user/$id"
    id=$((id + 1))
  done
  make_path_without_slurm
}

mkpasswd_sha512() {
  openssl passwd -6 -stdin <<< "$1"
}

write_noisy_bashrc() {
  cat > "$1" <<'BASHRC'
echo "*** Welcome to the cluster. Maintenance on Monday. ***"
printf 'Quota: 12%% of 50 GB used\n'
echo "module: loading the default environment" >&2
BASHRC
}

# What the site itself gives its people: enroot and Pyxis, as stand-ins, and apptainer. Done at every up, so that a changed one is at work at once.
write_site() {
  # Beside the scripts, or, when ctl calls, in the copy that lies beside its own.
  mkdir -p "$DIR/site/knobs"
  chmod 1777 "$DIR/site/knobs"
  cp -R "$KIT/site/." "$DIR/site/"
  install -d -m 1777 "$DIR/run/pyxis"
  offer_apptainer
}

# srt-login's PATH: all of /usr/bin but Slurm's commands, as where a site keeps them in /opt and adds that in /etc/profile.
make_path_without_slurm() {
  cp -as /usr/bin "$DIR/bin-without-slurm"
  (cd "$DIR/bin-without-slurm" && rm -f sbatch squeue sacct scancel scontrol sinfo srun salloc sacctmgr sstat sprio sshare sattach sbcast sdiag sreport strigger)
}

# The environment which sshd gives a user, in the form of sshd_config's SetEnv.
user_environment() {
  local conf=$DIR/etc/slurm.conf path=$DIR/home/$1/bin:$DIR/home/$1/.count:$DIR/site/bin:/usr/local/bin:/usr/bin:/bin
  [ "$1" != srt-bash2nd ] || conf=$DIR/etc2/slurm.conf
  [ "$1" != srt-login ] || path=$DIR/bin-without-slurm
  echo "PATH=$path SLURM_CONF=$conf XDG_RUNTIME_DIR=$DIR/run/user/$(id -u "$1")"
}

# Only users whose home is in this folder: another cluster's may bear the same names in a root of its own.
remove_users() {
  local name home
  while IFS=: read -r name _ _ _ _ home _; do
    case $home in
      "$DIR"/home/"$name") userdel "$name" 2>/dev/null 9>&- || true ;;
    esac
  done < <(getent passwd)
}
