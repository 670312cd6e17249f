"""What `peered --help` says."""

USAGE = """\
usage: peered [-m] [--dry-run] [--config-dir DIR] [KEY=VALUE ...]

  peered                                      compare traditional with other staffings of a children's ED
  peered study=run staffing=peer_added        play one scenario
  peered study=breakeven staffing=peer_added  how large an effect must be to pay, and how likely that is
  peered study=validate                       simulated beside published values, judged by docs/protocol.md
  peered study=assumptions                    every assumption in use, with source and grade
  peered study=calibrate visits=FILE          a demand and a department from a file of visits
  peered -m staffing=traditional,peer_added demand.growth=1,1.1,1.2
                                              a sweep: every combination, compared with the first
  peered -m experiment=night_coverage         a sweep that is written in a file
  peered study=results run=FOLDER             that answer again, or of a break-even study; query="SELECT ...",
                                              export=FILE.csv or .xlsx for what is in it
  peered new staffing NAME                    a commented file to begin from, in mine/staffing
  peered keys [WORD ...] [KEY=VALUE ...]      what can be set: meaning, value, unit, source
  peered completion bash|zsh|fish|powershell  a script that completes commands and keys
  peered --version

Keys are those of docs/keys.md: demand.growth=1.05, effects=evidence, study.replications=20,
output=FOLDER ... --dry-run says what would run and about how long.
In a sweep (-m) a key takes several values: a,b,c, choice(a,b), range(1,4); sweep.design=zip puts
them side by side, sweep.csv=FILE takes a scenario from each row, sweep.design=lhs or sobol with
sweep.samples=N takes samples of interval(a,b). sweep.filter="demand.growth<1.1" keeps the
scenarios for which it holds. The same command with the same output= goes on where it was stopped."""
