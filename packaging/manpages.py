"""Manual pages, one for the program and one a command, from what the program says of itself."""

import json

EXIT_CODES = """\
0 done, or PASS; 1 FAIL; 2 INCONCLUSIVE; 64 wrong usage; 65 bad input data; 66 missing input; 70 internal error; 73 cannot write."""


def manual_pages(help_json, version):
    """The pages by file name, of the JSON that --experimental-dump-help prints."""
    program = json.loads(help_json)["command"]
    commands = [command for command in program["subcommands"] if _is_shown(command) and command["commandName"] != "help"]
    pages = {"calibrant.1": _page(program, version, _listing(commands))}
    for command in commands:
        pages[f"calibrant-{command['commandName']}.1"] = _page(command, version, ".SH SEE ALSO\n.BR calibrant (1)\n")
    return pages


def _page(command, version, ending):
    name = " ".join([*command.get("superCommands", []), command["commandName"]])
    title = name.replace(" ", "-")
    arguments = [argument for argument in command["arguments"] if _is_shown(argument)]
    is_root = "superCommands" not in command
    synopsis = [f".B {_escaped(name)}", *map(_synopsis, arguments), *(["\\fIcommand\\fR \\fB…\\fR"] if is_root else [])]
    return "".join([
        f'.TH "{title.upper()}" 1 "" "calibrant {version}"\n',
        f".SH NAME\n{_escaped(title)} \\- {_escaped(command['abstract'])}\n",
        ".SH SYNOPSIS\n" + "\n".join(synopsis) + "\n",
        f".SH DESCRIPTION\n.nf\n{_escaped(command.get('discussion', command['abstract']))}\n.fi\n",
        ".SH OPTIONS\n" + "".join(map(_option, arguments)),
        f".SH EXIT STATUS\n{EXIT_CODES}\n",
        ending,
    ])


def _listing(commands):
    entries = (f".TP\n.BR calibrant\\-{_escaped(command['commandName'])} (1)\n{_escaped(command['abstract'])}\n" for command in commands)
    return ".SH COMMANDS\n" + "".join(entries)


def _is_shown(thing):
    return thing.get("shouldDisplay", True)


def _synopsis(argument):
    text = _names(argument)[-1]
    return text + ("…" if argument["isRepeating"] else "") if not argument["isOptional"] else f"[{text}]"


def _names(argument):
    """Each way to write the argument, the long one last."""
    value = f"\\fI{_escaped(argument.get('valueName', 'value'))}\\fR"
    if argument["kind"] == "positional":
        return [value]
    names = sorted(argument["names"], key=lambda name: name["kind"] != "short")
    flags = ["\\fB" + _escaped(("-" if name["kind"] == "short" else "--") + name["name"]) + "\\fR" for name in names]
    return flags if argument["kind"] == "flag" else [f"{flag} {value}" for flag in flags]


def _option(argument):
    default = f" (default: {argument['defaultValue']})" if argument.get("defaultValue") else ""
    return f".TP\n{', '.join(_names(argument))}\n{_escaped(argument.get('abstract', '') + default)}\n"


def _escaped(text):
    """Text of a page: a dash is the one that is typed, and a line that starts as a request is none."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))
