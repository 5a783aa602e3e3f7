#!/usr/bin/env python3
"""Compile what WiX's own suite compiles to a package, and hold the tables against what the suite expects.

    git clone --depth 1 --branch v6.0.2 https://github.com/wixtoolset/wix CHECKOUT
    wix-suite.py CHECKOUT target/debug/xtask wix [-v]

Reads the calls of `WixRunner.Execute` in src/wix/test/WixToolsetTest.CoreIntegration/*Fixture.cs: which sources, which
switches, whether the build is to succeed and with which number it is to fail, and the rows that `Query.QueryDatabase` is
to give. What needs an extension, or makes a module, patch, bundle or library, is counted and left. Nothing of the checkout
is copied; not part of the gate. Needs msitools.
"""
import json, os, pathlib, re, subprocess, sys, tempfile

TABLES = pathlib.Path(__file__).with_name("msi-tables.py")
TOKEN = re.compile(r'\s+|//[^\n]*|(?P<verbatim>(?:@\$|\$@|@)"(?:[^"]|"")*")|(?P<text>\$?"(?:[^"\\]|\\.)*")'
                   r'|(?P<name>\w+)|(?P<sign>=>|.)', re.S)


class Unknown(Exception):
    """An expression that this reader of C# does not know."""


def tokens(text):
    found = (match for match in TOKEN.finditer(text))
    return [(match.lastgroup, match.group()) for match in found if match.lastgroup]


def literal(kind, text, env):
    escapes = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
    inside = text[text.index('"') + 1:-1]
    if kind == "verbatim":
        inside = inside.replace('""', '"')
    else:
        inside = re.sub(r"\\(.)", lambda m: escapes.get(m[1], m[1]), inside, flags=re.S)
    if "$" in text[:2]:
        def value(match):
            if match[1] not in env:
                raise Unknown(match[1])
            return str(env[match[1]])
        inside = re.sub(r"\{(\w+)\}", value, inside)
    return inside


class Reader:
    """Evaluates the expressions that the fixtures use for arguments."""

    def __init__(self, text, env):
        self.left, self.env = tokens(text), env

    def next(self, *expected):
        if not self.left or (expected and self.left[0][1] not in expected):
            raise Unknown(f"{self.left[:1]} for {expected}")
        return self.left.pop(0)

    def at(self, sign):
        return bool(self.left) and self.left[0][1] == sign

    def listed(self, end):
        values = []
        while not self.at(end):
            if len(self.left) > 1 and self.left[0][0] == "name" and self.left[1][1] == ":":
                name = self.next()[1]
                self.next(":")
                values.append((name, self.value()))
            else:
                values.append((None, self.value()))
            if not self.at(end):
                self.next(",")
        self.next(end)
        return values

    def value(self):
        value = self.operand()
        while self.at("+"):
            self.next("+")
            value += self.operand()
        if self.at("?"):
            self.next("?")
            then = self.value()
            self.next(":")
            other = self.value()
            return then if value else other
        return value

    def operand(self):
        kind, text = self.next()
        if text == "out":
            while not (self.at(",") or self.at(")")):
                self.next()
            return None
        if kind in ("text", "verbatim"):
            return literal(kind, text, self.env)
        if text == "new":
            while not self.at("{"):
                self.next()
            self.next("{")
            return [value for _, value in self.listed("}")]
        if text in ("true", "false"):
            return text == "true"
        if text == "null":
            return None
        if text.isdigit():
            return int(text)
        path = text
        while self.at("."):
            self.next(".")
            path += "." + self.next()[1]
        if self.at("("):
            self.next("(")
            given = [value for _, value in self.listed(")")]
            if path in ("Path.Combine", "TestData.Get"):
                return "/".join(([self.env["*root"]] if path == "TestData.Get" else []) + given)
            if path.endswith(".GetFolder"):
                self.env["*folders"] += 1
                return f"{self.env['*out']}/{self.env['*folders']}"
            if path.endswith(".ToArray") and path[:-8] in self.env:
                return self.env[path[:-8]]
            raise Unknown(path)
        if path in self.env:
            return self.env[path]
        if path == "String.Empty":
            return ""
        if path.startswith("ExtensionPaths."):
            return "extension"
        raise Unknown(path)


def closed(text, at, pair="{}"):
    """The text between the bracket at or after `at` and its partner."""
    start = text.index(pair[0], at)
    depth = 0
    for match in TOKEN.finditer(text, start):
        depth += {pair[0]: 1, pair[1]: -1}.get(match.group("sign"), 0)
        if depth == 0:
            return text[start + 1:match.start()], match.end()
    raise Unknown("no end")


METHOD = re.compile(r"((?:\[[^\]]*\]\s*)*)(?:public|private) (?:static )?[\w<>\[\]]+ (\w+)\(([^)]*)\)\s*\{")


def parameters(text):
    """Name and default of each; a parameter without default has `...`."""
    for one in filter(None, re.split(r",(?![^<]*>)", text)):
        name, _, default = one.partition("=")
        yield name.split()[-1], Reader(default, {}).value() if default.strip() else ([] if "params" in name else ...)


def runs(fixture, root, out):
    """(where, environment, body) for each way in which a test method is run."""
    methods = {m[2]: (m[1], list(parameters(m[3])), closed(fixture, m.end() - 1)[0]) for m in METHOD.finditer(fixture)}
    for name, (attributes, parameter, body) in methods.items():
        if "WixRunner.Execute" not in body or "Skip" in attributes:
            continue
        calls = [("InlineData", "", m[1]) for m in re.finditer(r"InlineData\(([^)]*)\)", attributes)]
        if not parameter:
            calls = [(name, "", "")]
        elif not calls:
            for caller, (_, _, text) in methods.items():
                for match in re.finditer(rf"\b{name}\(", text):
                    given, end = closed(text, match.end() - 1, "()")
                    calls.append((caller, text[end:end + 2500], given))
        for caller, after, given in calls:
            env = {"*root": root, "*out": out, "*folders": 0, **dict(parameter)}
            words, names = [], [key for key, _ in parameter]
            given = re.sub(r"\((?:\w+, )*\w+\) =>\s*\{.*\}|\w+ =>\s*\{.*\}", '"lambda"', given, flags=re.S)
            try:
                words = Reader(given + ")", env).listed(")")
            except Unknown:
                yield f"{name} by {caller}", None, "", ""
                continue
            for place, (key, value) in enumerate(words):
                if key or place < len(names):
                    env[key or names[place]] = value
            yield f"{name} by {caller}" if parameter else name, env, body, after


def assign(text, env):
    """Carries out the assignments, additions and known conditions of `text`, as far as they are understood."""
    for match in re.finditer(r"if \((!?)(\w+)\)\s*\{([^{}]*)\}", text):
        if isinstance(env.get(match[2]), bool) and env[match[2]] != bool(match[1]):
            text = text.replace(match[0], match[3])
        else:
            text = text.replace(match[0], "")
    for match in re.finditer(r"(?:var (\w+) = |(\w+)\.Add(?:Range)?\()", text):
        try:
            if match[1]:
                env[match[1]] = Reader(text[match.end():], env).value()
            elif isinstance(env.get(match[2]), list):
                value = Reader(text[match.end():], env).value()
                env[match[2]] += value if isinstance(value, list) else [value]
        except (Unknown, TypeError, IndexError):
            pass


def steps(env, body):
    """(arguments, what is said of the result) of each call in `body`."""
    places = [m for m in re.finditer(r"WixRunner\.Execute\(", body)]
    last = 0
    for index, match in enumerate(places):
        assign(body[last:match.start()], env)
        last = match.start()
        said = body[match.end():places[index + 1].start() if index + 1 < len(places) else None]
        given, end = closed(body, match.end() - 1, "()")
        try:
            values = [value for _, value in Reader(given + ")", env).listed(")")]
            flat = []
            for value in values:
                flat += value if isinstance(value, list) else [value]
            yield [word for word in flat if isinstance(word, str)], body[end:end + len(said)]
        except (Unknown, ValueError, TypeError) as error:
            yield None, str(error)


def expectation(said, env):
    number = re.search(r"Assert\.Equal\((\d+), \w*[rR]esult\.ExitCode\)", said)
    code = int(number[1]) if number else 0 if "AssertSuccess" in said else None
    queried = re.search(r"Query\.QueryDatabase\((\w+), ", said)
    compared = re.search(r"CompareLineByLine\(\s*(?=new)|Assert\.Equal\(\s*(?=new\[\])", said)
    rows = None
    if queried and compared and queried.start() < compared.start() and ".Where" not in said[queried.start():compared.start()]:
        try:
            names = Reader(said[queried.end():], env).value()
            rows = names, Reader(said[compared.end():], env).value()
        except Unknown:
            pass
    return code, rows


def read_rows(path, names):
    shown = json.loads(subprocess.run([sys.executable, TABLES, path], capture_output=True, check=True).stdout)["tables"]
    rows = []
    for name in names:
        table = shown.get(name, {"rows": [], "columns": []})
        binary = [i for i, column in enumerate(table["columns"]) if column.split()[-1][0] in "vV"]
        for row in table["rows"]:
            cells = ["[Binary data]" if i in binary and cell else cell for i, cell in enumerate(row)]
            rows.append(f"{name}:" + "\t".join(cells))
    return sorted(rows)


def main():
    words = [word for word in sys.argv[1:] if word != "-v"]
    if len(words) < 2:
        sys.exit(__doc__)
    suite = pathlib.Path(words[0]).resolve() / "src/wix/test/WixToolsetTest.CoreIntegration"
    command = [os.path.abspath(words[1]), *words[2:]]
    count = dict.fromkeys(["as expected", "rows as expected", "not read", "not for this engine"], 0)
    wrong = []
    for path in sorted(suite.glob("*Fixture.cs")):
        with tempfile.TemporaryDirectory() as out:
            windows = pathlib.Path(out, "Windows")  # one source takes a file of Windows
            windows.mkdir()
            (windows / "Notepad.exe").write_text("a stand-in")
            environment = {**os.environ, "WINDIR": str(windows)}
            for name, env, body, after in runs(path.read_text("utf-8-sig"), str(suite), out):
                where = f"{path.stem}.{name}"
                if env is None:
                    count["not read"] += 1
                    continue
                for arguments, said in steps(env, body):
                    if arguments is None:
                        count["not read"] += 1
                        if "-v" in sys.argv:
                            print(f"not read: {where}: {said}")
                        continue
                    target = next((b for a, b in zip(arguments, arguments[1:]) if a in ("-o", "-out")), "").replace("\\", "/")
                    if arguments[0] != "build" or not target.endswith(".msi") or "-ext" in arguments:
                        count["not for this engine"] += 1
                        continue
                    pathlib.Path(target).parent.mkdir(parents=True, exist_ok=True)
                    ran = subprocess.run(command + arguments, capture_output=True, text=True, errors="replace", cwd=out,
                                         env=environment)
                    code, rows = expectation(said, env)
                    failed = re.findall(r"(?:error|warning)\[(?:WIX)?0*([^\]]+)\]", ran.stderr)
                    shown = f"{' '.join(arguments)}\n{ran.stderr}"
                    if code == 0 and ran.returncode:
                        wrong.append(f"{where}: is to succeed: {shown}")
                    elif code and str(code) not in failed:
                        wrong.append(f"{where}: is to fail with {code}, gave {failed}: {shown}")
                    elif code is None and env.get("exitCode") is None and "lambda" not in map(str, env.values()) and not failed:
                        wrong.append(f"{where}: nothing known is expected, and nothing said: {shown}") if "-v" in sys.argv else None
                    else:
                        count["as expected"] += 1
                    if rows and not ran.returncode:
                        found = read_rows(target, rows[0])
                        if sorted(rows[1]) == found:
                            count["rows as expected"] += 1
                        else:
                            lost, more = set(rows[1]) - set(found), set(found) - set(rows[1])
                            wrong.append(f"{where}: rows:\n" + "".join(f"  - {r!r}\n" for r in sorted(lost)) +
                                         "".join(f"  + {r!r}\n" for r in sorted(more)) + f"{' '.join(arguments)}")
    print("\n".join(wrong))
    print(", ".join(f"{number} {what}" for what, number in count.items()) + f", {len(wrong)} otherwise")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
