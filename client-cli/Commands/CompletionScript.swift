import ArgumentParser
import Texts

/// `zona completion SHELL`.
struct CompletionScript: ParsableCommand {
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash
        case zsh
        case fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: localized("Print what makes a shell complete commands, tables, columns, codes and ids."),
        discussion: localized(
            """
            The packages and `make install` put it where the shells look. By hand:

              bash    source <(zona completion bash)                          in ~/.bashrc
              zsh     zona completion zsh > FOLDER/_zona                      a folder of $fpath
              fish    zona completion fish > ~/.config/fish/completions/zona.fish
            """))

    @Argument(help: ArgumentHelp(localized("bash, zsh or fish."), valueName: "shell"))
    var shell: Shell

    func run() {
        switch shell {
        case .bash: print(Self.bash)
        case .zsh: print(Self.zsh)
        case .fish: print(Self.fish)
        }
    }

    private static let bash = #"""
        # Completion of zona for bash. The program itself says what may come next.
        _zona() {
            local cur line kept value about entry
            local -a values=() shown=()
            COMPREPLY=()
            line=${COMP_LINE:0:COMP_POINT}
            # bash begins a new word at = and :, so what stands before must not be given back.
            cur=${COMP_WORDS[COMP_CWORD]}
            kept=${line##*[[:space:]]}
            kept=${kept%"$cur"}
            [[ $cur == [=:] ]] && { kept+=$cur; cur=; }
            while IFS=$'\t' read -r value about; do
                case $value in
                    :files) compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")) ;;
                    :folders) compopt -o filenames; COMPREPLY+=($(compgen -d -- "$cur")) ;;
                    *) values+=("${value#"$kept"}"); shown+=("$about") ;;
                esac
            done < <("${COMP_WORDS[0]}" complete --line "$line" 2> /dev/null)
            if ((${#values[@]} == 1)); then
                [[ ${values[0]} == *= ]] && compopt -o nospace
                printf -v entry %q "${values[0]}"
                [[ ${values[0]} == *= ]] && entry=${values[0]}
                COMPREPLY=("$entry")
            elif ((${#values[@]} > 1)); then
                local i
                compopt -o nospace
                for i in "${!values[@]}"; do
                    # Only ids need to be told what they are; what both begin with is typed, so nothing else is.
                    if [[ -n ${shown[i]} && ${values[i]} =~ ^[0-9a-f]{8}- ]]; then
                        COMPREPLY+=("${values[i]}  (${shown[i]})")
                    else
                        COMPREPLY+=("${values[i]}")
                    fi
                done
            fi
        }
        complete -F _zona zona
        """#

    private static let zsh = #"""
        #compdef zona
        # Completion of zona for zsh. The program itself says what may come next.
        _zona() {
            local line value about
            local -a values shown open opened
            while IFS=$'\t' read -r value about; do
                case $value in
                    :files) _files; return ;;
                    :folders) _files -/; return ;;
                    *=) open+=("$value"); opened+=("${about:+$value  $about}") ;;
                    *) values+=("$value"); shown+=("$value${about:+  $about}") ;;
                esac
            done < <("${words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2> /dev/null)
            (( ${#values} )) && compadd -l -d shown -- "${values[@]}"
            (( ${#open} )) && compadd -l -S '' -d opened -- "${open[@]}"
        }
        if [ "$funcstack[1]" = "_zona" ]; then _zona "$@"; else compdef _zona zona; fi
        """#

    private static let fish = #"""
        # Completion of zona for fish. The program itself says what may come next.
        function __zona_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            for line in ($words[1] complete -- $words[2..-1] "$current" 2> /dev/null)
                switch $line
                    case ':files'
                        __fish_complete_path "$current"
                    case ':folders'
                        __fish_complete_directories "$current"
                    case '*'
                        echo $line
                end
            end
        end
        complete -c zona -f -a '(__zona_complete)'
        """#
}
