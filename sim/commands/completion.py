"""`peered completion SHELL`: a script by which a shell completes commands, choices and keys of `peered`.

The words stand in the script, so that completing starts no Python. Bash also completes choices of a `--config-dir`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sim.commands.subcommands import COMMANDS, OPTIONS
from sim.config import compose, shipped_choices
from sim.config.key_paths import MODELS
from sim.config.keys import keys_of, keys_of_other_studies, meanings
from sim.report.console import say_unbroken

CHOSEN = (*MODELS, "experiment")
"""Keys that are set to the name of a file."""


def completion_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Print the script for a shell. Returns the exit code."""
    if len(words) != 1 or words[0] not in SHELLS:
        say_unbroken(errors, f"peered completion: name one shell: {', '.join(SHELLS)}; in bash: {USE_IN_BASH}")
        return 2
    say_unbroken(console, SHELLS[words[0]].with_words(candidates()))
    return 0


def candidates() -> list[str]:
    """Options and commands, choices of every group, and keys that have a meaning of their own, with their `=`."""
    choices = [f"{group}={name}" for group in CHOSEN for name in shipped_choices(group)]
    composed = compose(["study=run", "staffing=peer_added"])
    documented = {item.key for item in (*keys_of(composed), *keys_of_other_studies(composed)) if item.meaning}
    outside = [row.key for row in meanings() if row.section in ("outside", "sweep") and row.key not in CHOSEN]
    keys = sorted(key for key in documented if "." in key and key.split(".")[0] in MODELS)
    return [*OPTIONS, *COMMANDS, *choices, *(f"{key}=" for key in dict.fromkeys((*outside, *keys)))]


USE_IN_BASH = 'eval "$(peered completion bash)"'

BASH = r"""# Completion of peered for bash. For this shell, or in ~/.bashrc: eval "$(peered completion bash)"
_peered() {
    local line="${COMP_LINE:0:COMP_POINT}" group file folder=""
    local typed="${line##*[[:space:]]}" words='@WORDS@'
    if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --config-dir ]]; then
        COMPREPLY=($(compgen -d -- "$typed"))
        return
    fi
    [[ $line =~ --config-dir[[:space:]=]+([^[:space:]]+)[[:space:]] ]] && folder="${BASH_REMATCH[1]}"
    if [[ -n $folder ]]; then
        for group in @GROUPS@; do
            for file in "$folder/$group"/*.yaml; do
                [[ -f $file ]] && file="${file##*/}" && words+=" $group=${file%.yaml}"
            done
        done
    fi
    COMPREPLY=($(compgen -W "$words" -- "$typed"))
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
    # What stands before the = is a word of its own to bash, and stays as it is.
    if [[ $typed == *=* && $COMP_WORDBREAKS == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${typed%%=*}="}")
    fi
}
complete -F _peered peered
"""

ZSH = """#compdef peered
# Completion of peered for zsh. In ~/.zshrc, after compinit: eval "$(peered completion zsh)"
_peered() {
    local -a whole begun
    whole=(@WHOLE@)
    begun=(@BEGUN@)
    compadd -a whole
    compadd -S '' -a begun
}
compdef _peered peered
"""

FISH = """# Completion of peered for fish: peered completion fish > ~/.config/fish/completions/peered.fish
complete -c peered -f -a '@WORDS@'
"""

POWERSHELL = """# Completion of peered for PowerShell. In $PROFILE:
# peered completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName peered -ScriptBlock {
    param($typed, $line, $cursor)
    @(@WORDS@) | Where-Object { $_.StartsWith($typed) } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
"""


@dataclass(frozen=True, slots=True)
class Shell:
    """The script of a shell: where `@WORDS@` stands come words in `quotes`, `between` two of them.

    `@WHOLE@` and `@BEGUN@` stand for those that are complete and for keys, behind which no blank is to be put.
    """

    script: str
    quotes: str = ""
    between: str = " "

    def with_words(self, words: Sequence[str]) -> str:
        """The script with its words; none of them needs more quoting than this."""
        begun = [word for word in words if word.endswith("=")]
        lists = {"WORDS": words, "WHOLE": [word for word in words if word not in begun], "BEGUN": begun}
        script = self.script.replace("@GROUPS@", " ".join(CHOSEN))
        for mark, listed in lists.items():
            text = self.between.join(f"{self.quotes}{word}{self.quotes}" for word in listed)
            script = script.replace(f"@{mark}@", text)
        return script


SHELLS = {
    "bash": Shell(BASH),
    "zsh": Shell(ZSH, "'"),
    "fish": Shell(FISH),
    "powershell": Shell(POWERSHELL, "'", ", "),
}
