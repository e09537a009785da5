"""What runs inside of a container to print its sockets and its processes, with whatever programs the image has.

Every variant prints the same lines (read by dump.py):

    hostnet 1            it runs
    A x86_64             the machine, if `uname` is there
    T tcp                a table follows: rows of waiting sockets
    E tcp                ... and could not be read
    S 42                 the process that looks
    P 7                  a process: its name (N), parent (F), uids (U), gids (G), control groups (C)
    /proc/7/fd:          its file descriptors, as `ls -ln` lists them: `... -> socket:[123]`, `... denied`
    end                  nothing is missing
"""

from __future__ import annotations

# A command whose output nobody reads stays in the container for good: the script limits itself, far below exec's limit.
OUTPUT_LIMIT = 12_000_000  # bytes; 50,000 waiting sockets of one process are 11,000,000

# POSIX sh (busybox ash, dash, bash). Arguments: the container's id or ?, and `all` to look into every process, `own`
# only into those of the container (a PID namespace that is the node's). Without grep or ls the shell reads by itself:
# /proc/PID/fdinfo/FD tells inodes since Linux 5.14. printf, as echo of dash would interpret backslashes. Bash seeks back
# after each line that it reads: in a table of /proc that takes minutes, and in a status that has changed its length
# meanwhile it is another place; so it reads such files as a whole (`slurp`), where other shells read byte by byte.
SHELL = r"""
exec 2>/dev/null
export LC_ALL=C PATH="$PATH:/bin:/usr/bin:/sbin:/usr/sbin:/busybox"
nl='
'
p() { printf '%s\n' "$*"; }
h() { command -v "$1" >/dev/null; }
slurp() {
  t=
  if [ "$BASH_VERSION" ]; then IFS= read -r -d '' t; else
  while IFS= read -r l; do t=$t$l$nl; done; fi <"$1"
}
main() {
rows() {
  if h grep; then grep " $1 " "$2"; [ $? -lt 2 ]
  elif [ "$BASH_VERSION" ]; then slurp "$2"; [ "$t" ] && for l in $t; do case $l in *" $1 "*) p "$l";; esac; done; [ "$t" ]
  else while read -r l; do case $l in *" $1 "*) p "$l";; esac; done <"$2"; fi
}
i=$1 m=$2 s=
IFS=$nl
p 'hostnet 1'
h uname && p "A $(uname -m)"
for n in tcp tcp6 udp udp6; do
  f=/proc/net/$n
  [ -e $f ] || continue
  case $n in t*) s=0A;; *) s=07;; esac
  p "T $n"
  rows $s $f || p "E $n"
done
p "S $$"
slurp /proc/self/cgroup
for l in $t; do s=$l; done
case $t in *"$i"*) s=$i;; esac
set --
for d in /proc/[0-9]*; do
  set -f
  p "P ${d#/proc/}"
  slurp $d/status
  for l in $t; do case $l in
    Name:*) p "N ${l#Name:?}";; PPid:*) p "F ${l#PPid:?}";; Uid:*) p "U ${l#Uid:?}";; Gid:*) p "G ${l#Gid:?}"; break;;
  esac; done
  slurp $d/cgroup
  for l in $t; do p "C $l"; done
  case $m$t in
    all*|*"$i"*) set -- "$@" $d/fd;;
    *:/..*) ;;
    *"$s"*) set -- "$@" $d/fd;;
  esac
done
set +f
unset IFS
if h ls && h grep; then ls -ln "$@" /proc/$$/fd 2>&1 | grep -e '^/proc' -e 'denied' -e ' socket:'
elif h ls; then ls -ln "$@" /proc/$$/fd 2>&1
else for f in "$@"; do
  p "$f:"
  [ -r $f ] || p "$f denied"
  for l in $f/*; do
    n=
    if [ -S $l ]; then
      while read -r k v; do [ $k = ino: ] && n=$v; done <${f}info/${l##*/}
      if [ $n ]; then p " socket:[$n]"; else p "$f denied"; fi
    elif [ -L $l ] && [ ! -e $l ]; then p "$f denied"; fi
  done
done; fi
p end
}
if h head; then main "$@" | head -c LIMIT; else main "$@"; fi
""".replace("LIMIT", str(OUTPUT_LIMIT))

PYTHON = r"""
import os, sys
def p(*words): sys.stdout.write(" ".join(words) + "\n")
def text(path):
    with open(path, encoding="utf-8", errors="replace") as file: return file.read()
wanted, mode = sys.argv[1:3]
p("hostnet 1")
p("A", os.uname().machine)
for name in ("tcp", "tcp6", "udp", "udp6"):
    if not os.path.exists("/proc/net/" + name): continue
    p("T", name)
    try:
        state = " 0A " if name[0] == "t" else " 07 "
        for line in text("/proc/net/" + name).splitlines():
            if state in line: p(line)
    except OSError: p("E", name)
p("S", str(os.getpid()))
try: own = text("/proc/self/cgroup")
except OSError: own = ""
own = wanted if wanted in own else own[:-1].rpartition("\n")[2]
for pid in filter(str.isdigit, os.listdir("/proc")):
    base = "/proc/" + pid
    try: status, groups = text(base + "/status"), text(base + "/cgroup")
    except OSError: continue
    p("P", pid)
    for line in status.splitlines():
        for key, letter in (("Name:", "N"), ("PPid:", "F"), ("Uid:", "U"), ("Gid:", "G")):
            if line.startswith(key): p(letter, line[len(key):].strip())
    for line in groups.splitlines(): p("C", line)
    if mode != "all" and wanted not in groups and (":/.." in groups or own not in groups): continue
    p(base + "/fd:")
    try: numbers = os.listdir(base + "/fd")
    except FileNotFoundError: continue
    except OSError: numbers = []; p(base + "/fd denied")
    for number in numbers:
        try:
            link = os.readlink(base + "/fd/" + number)
            if link.startswith("socket:"): p(" " + link)
        except FileNotFoundError: pass
        except OSError: p(base + "/fd denied")
p("end")
"""

# As the user of a process whose descriptors root may not read (no SYS_PTRACE in a container): the same uid may.
# Arguments: the script, then its two, then uid and gid. Debian has setpriv and chroot of coreutils, Alpine su of busybox.
AS_USER = r"""
exec 2>/dev/null
PATH="$PATH:/bin:/usr/bin:/sbin:/usr/sbin"
h() { command -v "$1" >/dev/null; }
s=$1 i=$2 m=$3 u=$4 g=$5
set -- sh -c "$s" sh "$i" "$m"
h setpriv && setpriv --reuid=$u --regid=$g --clear-groups sh -c : && exec setpriv --reuid=$u --regid=$g --clear-groups "$@"
h gosu && exec gosu $u:$g "$@"
h su-exec && exec su-exec $u:$g "$@"
h chroot && chroot --userspec=$u:$g / sh -c : && exec chroot --userspec=$u:$g / "$@"
h python3 && exec python3 -c 'import os,sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1])); os.execvp(sys.argv[3], sys.argv[3:])' $u $g "$@"
h perl && exec perl -e '$( = $) = "$ARGV[1] $ARGV[1]"; $< = $> = $ARGV[0]; exec @ARGV[2..$#ARGV]' $u $g "$@"
while IFS=: read -r n x q r; do [ "$q" = $u ] && break; n=; done </etc/passwd
[ "$n" ] && h su && exec su -s /bin/sh -c "$s" "$n" sh "$i" "$m"
exit 127
"""
