/** The shells that `shoal completion` writes a script for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What stands for "names of files" among the words of `shoal completion words`. */
export const filesMark = ':files';

/**
 * The script for a shell. It asks `command` (program and arguments, as this process was started) for the words, so that it
 * is never older than the commands, and works where `shoal` is an alias.
 */
export function completionScript(shell: Shell, command: readonly string[]): string {
  const ask = `${command.map(quoted).join(' ')} completion words --no-json --`;
  switch (shell) {
    case 'bash':
      return bashScript(ask);
    case 'zsh':
      return zshScript(ask);
    case 'fish':
      return fishScript(ask);
  }
}

/** Also the bash 3.2 of macOS takes it, which knows neither mapfile nor compopt. */
function bashScript(ask: string): string {
  return `# Completion of shoal for bash. In ~/.bashrc: source <(shoal completion bash)
_shoal_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" word about
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    if [ "$word" = '${filesMark}' ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    elif [ -n "$word" ]; then
      case "$current" in
        # What stands before the sign is no part of this word.
        --*) COMPREPLY+=("$word") ;;
        *) COMPREPLY+=("$(printf '%q' "$word")") ;;
      esac
    fi
  done < <(${ask} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _shoal_complete shoal
`;
}

function zshScript(ask: string): string {
  return `#compdef shoal
# Completion of shoal for zsh. In ~/.zshrc, after compinit: source <(shoal completion zsh)
_shoal_complete() {
  local -a found
  local word about
  while IFS=$'\\t' read -r word about; do
    if [[ "$word" == '${filesMark}' ]]; then
      _files
    elif [[ -n "$word" ]]; then
      found+=("\${word//:/\\\\:}:$about")
    fi
  done < <(${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe 'shoal' found
}
compdef _shoal_complete shoal
`;
}

function fishScript(ask: string): string {
  return `# Completion of shoal for fish. In ~/.config/fish/config.fish: shoal completion fish | source
function __shoal_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (${ask} $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = '${filesMark}'
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c shoal -f -a '(__shoal_complete)'
`;
}

/** A word in single quotes, as all three shells take it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
