#!/usr/bin/env python3
"""Build the packages of public repositories with an engine of ours, with payloads that are made up.

    wix-real.py FOLDER LIBRARIES target/debug/xtask wix

FOLDER has one folder for each repository (a checkout, of which nothing enters this project; `wix-real.txt` lists those of the
last run, with their commits), LIBRARIES is what `wix-extlibs.py` made. A project is a .wixproj, or a folder with a source that
has <Package> or <Product>. Sources of WiX 3 are converted first, on a copy. What no checkout has is made up, one finding at a
time, and named in the table: a variable that MSBuild or a script defines, a file that a compiler makes, a group of components
that `heat` writes. A source is never changed. What is built is decompiled with the same extensions, and must come back as it
was, as their elements.

Prints a line per project: repository, project, language, `built` or the first finding, what was made up; then counts.
Not part of the gate.
"""
import collections, os, pathlib, re, shutil, subprocess, sys, tempfile
import xml.etree.ElementTree as ET

PAYLOAD = pathlib.Path(__file__).resolve().parent.parent / "data/wix-core/payload"
LIKE = {".exe": "english.dll", ".dll": "english.dll", ".ico": "app.ico", ".bmp": "banner.bmp", ".rtf": "license.rtf",
        ".ttf": "acme.ttf", ".cer": "acme.cer", ".cat": "acme.cat"}
NAMESPACES = {"util": "Util", "firewall": "Firewall", "netfx": "Netfx", "iis": "Iis", "sql": "Sql", "http": "Http",
              "dependency": "Dependency", "ui": "UI", "msmq": "Msmq", "complus": "ComPlus", "directx": "DirectX",
              "powershell": "PowerShell", "vs": "VisualStudio"}
OLD_EXTENSIONS = {"VS": "VisualStudio", "NetFx": "Netfx", "IIs": "Iis", "PS": "PowerShell"}
FINDING = re.compile(r"^error(?:\[([\w:]+)\])?: (.*)\n(?: *--> (.*?)(?::(\d+))?(?::\d+)?$)?", re.M)


def text_of(path):
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace")


def is_wix(text):
    return "schemas.microsoft.com/wix/2006/wi" in text or "wixtoolset.org/schemas/v4/wxs" in text


def without_comments(text):
    return re.sub(r"<!--.*?-->", "", text, flags=re.S)


class Project:
    """What MSBuild would hand to the compiler, as far as that stands in the files."""

    def __init__(self, root, file, taken):
        self.root, self.folder, self.file = root, file.parent if file.suffix == ".wixproj" else file, None
        self.extensions, self.defines, self.properties, self.sources, self.made_up = set(), {}, {}, [], []
        self.bind_paths, self.cultures = [], []
        named = []
        if file.suffix == ".wixproj":
            self.file = file
            named = self.read_project(text_of(file))
        if named:
            self.sources = [p for p in map(self.local, named) if p and p.exists()]
            self.missing = [n for n in named if not (self.local(n) and self.local(n).exists())]
        else:
            self.missing = []
            self.sources = sorted(p for p in self.folder.rglob("*") if p.suffix.lower() in (".wxs", ".wxl")
                                  and p not in taken and not any(other != self.file and self.folder in other.parents
                                      and other.parent in p.parents and other.parent != self.folder
                                      for other in self.folder.rglob("*.wixproj")))
        texts = {p: without_comments(text_of(p)) for p in self.sources if p.suffix.lower() == ".wxs"}
        self.sources = [p for p in self.sources if p not in texts or is_wix(texts[p]) and
                        not re.search(r"<(Bundle|Module|Patch|PatchCreation)\b", texts[p])]
        self.packages = [p for p in self.sources if re.search(r"<(Package|Product)\b", texts.get(p, ""))]
        joined = "\n".join(texts.get(p, "") for p in self.sources)
        self.old = "schemas.microsoft.com/wix/2006/wi" in joined

    def local(self, name):
        path = self.folder
        for part in self.value(name).replace("\\", "/").split("/"):
            if part in ("", "."):
                continue
            if part == "..":
                path = path.parent
                continue
            here = path / part
            if not here.exists() and path.is_dir():
                here = next((p for p in path.iterdir() if p.name.lower() == part.lower()), here)
            path = here
        return path

    def value(self, text):
        for _ in range(8):
            found = re.search(r"\$\(([\w.]+)\)", text)
            if not found:
                break
            text = text.replace(found[0], self.properties.get(found[1].lower(), ""))
        return text

    def read_project(self, text):
        folder = str(self.folder) + "/"
        self.properties = {"msbuildprojectdirectory": folder[:-1], "projectdir": folder, "msbuildthisfiledirectory": folder,
                           "configuration": "Release", "platform": "x64", "solutiondir": str(self.folder.parent) + "/",
                           "msbuildprojectname": self.file.stem, "targetname": self.file.stem}
        tree = ET.fromstring(re.sub(r'\sxmlns="[^"]*"', "", text, count=1).lstrip("\ufeff"))
        named = []
        for group in tree:
            condition = group.get("Condition", "")
            if re.search(r"Debug|x86|arm", condition, re.I) and "Release|x64" not in condition and "!=" not in condition:
                continue
            for item in group:
                name, value = item.tag.lower(), (item.text or "").strip()
                include = item.get("Include", "")
                if group.tag == "PropertyGroup":
                    if name == "defineconstants":
                        for pair in re.split(r"[;\n]", value):
                            key, _, word = pair.strip().partition("=")
                            if re.fullmatch(r"[\w.]+", key):
                                known = self.value(word.strip())
                                self.defines[key] = known if known or not word else made_up_value(key)
                    elif name == "cultures":
                        self.cultures = re.split(r"[;,]", self.value(value))
                    elif "$(Platform)" not in value or self.properties.get(name) is None:
                        self.properties[name] = self.value(value)
                elif name == "compile" or name == "embeddedresource":
                    if include.lower().endswith((".wxs", ".wxl")) and "*" not in include and "$(" not in self.value(include):
                        named.append(include)
                elif name in ("packagereference", "wixextension"):
                    word = re.sub(r"^WixToolset\.|\.wixext$|^Wix|Extension$", "", include)
                    self.extensions.add(OLD_EXTENSIONS.get(word, word))
                elif name in ("bindpath", "bindinputpaths"):
                    self.bind_paths.append(str(self.local(include)))
        # a project of the SDK names what is beyond its folder, and has what is in it
        if 'Sdk="' in text and not re.search("EnableDefault(Compile|WixSource)?Items>false", text):
            inside = [p for p in self.folder.rglob("*") if p.suffix.lower() in (".wxs", ".wxl") and "obj" not in p.parts]
            named += [str(p.relative_to(self.folder)) for p in sorted(inside)]
            named = list(dict.fromkeys(n.replace("\\", "/") for n in named))
        return named


def made_up_value(name):
    word = name.split(".")[-1].lower()
    if "upgradecode" in word or word.endswith(("guid", "productcode")):
        return "11111111-2222-3333-4444-555555555555"
    if re.search(r"version.?(major|minor|patch|build|rev)|(major|minor|patch|build|revision).?version", word):
        return "1"
    if re.search(r"(version.?)?(major|minor|patch|build|revision|rev)(number)?$|prerelease$", word):
        return "1"
    if "version" in word:
        return "1.2.3"
    if word in ("platform", "processorarchitecture", "arch", "architecture", "buildarch", "platformname"):
        return "x64"
    if word in ("win64", "debug") or word.startswith("is"):
        return "yes"
    if word in ("targetfilename",):
        return name.split(".")[0] + ".exe"
    if word == "targetpath":
        return f"made-up\\{name.split('.')[0]}.exe"
    if word == "targetext":
        return ".exe"
    if word in ("configuration",):
        return "Release"
    if "programfilesfolder" in word:
        return "ProgramFiles64Folder"
    if word.endswith(("dir", "path", "root", "folder", "source", "output", "src")):
        return f"made-up\\{name}"
    if word.endswith(("language", "lcid", "langid")):
        return "1033"
    return re.sub(r"\W", "", name)


class Attempt:
    def __init__(self, project, libraries, command):
        self.project, self.libraries, self.command = project, libraries, command
        self.extra, self.made_up, self.loc = [], [], {}

    def run(self, *line):
        return subprocess.run([*self.command, *line], cwd=self.project.folder, capture_output=True, text=True, errors="replace", timeout=300,
                              env={**os.environ, **self.environment})

    def build(self):
        p = self.project
        self.environment = {}
        self.extensions = {e for e in p.extensions if (self.libraries / f"WixToolset.{e}.wixext.wixlib").exists()}
        if not p.file:
            # a script names what it needs
            self.extensions |= {"UI", "Util"}
        unknown = p.extensions - self.extensions - {"Bal", "BootstrapperApplications", "Sdk", "Heat"}
        for source in p.sources:
            if source.suffix.lower() == ".wxs":
                text = text_of(source)
                for short in re.findall(r"schemas/v4/wxs/(\w+)", text) + [w.lower() for w in re.findall(r"wix/(\w+?)Extension", text)]:
                    name = NAMESPACES.get("vs" if short == "visualstudio" else short)
                    if name:
                        self.extensions.add(name)
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.output = self.work / "out.msi"
        last, wrong = None, "nothing"
        for _ in range(200):
            done = self.run("build", "-arch", "x64", "-culture", ",".join(c for c in p.cultures if c and c != "neutral") or "en-us",
                            *[str(s) for s in p.sources], *map(str, self.extra),
                            *[w for e in sorted(self.extensions) for w in ("-ext", str(self.libraries / f"WixToolset.{e}.wixext.wixlib"))],
                            *[w for k, v in p.defines.items() for w in ("-d", f"{k}={v}")],
                            *[w for b in p.bind_paths for w in ("-b", b)], "-b", str(p.folder),
                            "-i", str(p.folder), "-o", str(self.output))
            if done.returncode == 0:
                return "built", unknown
            findings = FINDING.findall(done.stderr + done.stdout)
            if not findings:
                return f"exit code {done.returncode}: {(done.stderr + done.stdout)[:300]}", unknown
            if findings == last:
                return self.shown(wrong), unknown
            last = findings
            supplied = [f for f in findings if not self.supply(*f)]
            if len(supplied) == len(findings):
                return self.shown(supplied[0]), unknown
            wrong = findings[0]
        return "too many findings", unknown

    def shown(self, finding):
        code, message, file, line = finding
        at = file.replace(str(self.project.root) + "/", "")
        return f"{code}: {message.replace(str(self.project.root), '')[:230]} ({at}:{line})"

    def supply(self, code, message, file, line):
        p = self.project
        if code == "WIX0150":
            name = re.search(r"\$\((?:var\.)?([^)]+)\)", message)
            if name and name[1].lower().startswith("env."):
                self.environment[name[1][4:]] = made_up_value(name[1])
                self.made_up.append(f"$({name[1]})")
                return True
            if name and name[1] not in p.defines:
                p.defines[name[1]] = made_up_value(name[1])
                self.made_up.append(f"$({name[1]})")
                return True
        if code == "WIX0250":
            # <?ifndef X?><?error?>
            lines = text_of(next(s for s in p.folder.rglob("*") if str(s).endswith(file))).splitlines()[:int(line)]
            name = next((m[1] for m in (re.search(r"ifndef\s+(?:var\.)?([\w.]+)", l) for l in lines[::-1]) if m), None)
            if name and name not in p.defines:
                p.defines[name] = made_up_value(name)
                self.made_up.append(f"$({name})")
                return True
        if code == "WIX0103":
            names = re.findall(r"`([^`]+)`", message)
            if names and not names[0].lower().endswith((".wxi", ".wxl", ".wxs", ".msm")) and "!(" not in names[0]:
                name = names[0]
                path = p.local(name) if not name.startswith("/") else pathlib.Path(name.replace("\\", "/"))
                if re.match(r"^[A-Za-z]:", name):
                    return False
                like = PAYLOAD / LIKE.get(path.suffix.lower(), "a.txt")
                if path.exists() and path.is_dir():
                    return False
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                shutil.copy(like, path)
                self.made_up.append(pathlib.PurePath(name.replace("\\", "/")).name)
                return True
        if code == "WIX0094":
            found = re.search(r"`?(?:ComponentGroup:|component group `)([\w.]+)", message)
            if found:
                source = self.work / f"heat-{found[1]}.wxs"
                source.write_text(f'<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs"><Fragment><ComponentGroup Id="{found[1]}"/></Fragment></Wix>')
                self.extra.append(source)
                self.made_up.append(f"group {found[1]}")
                return True
            for word, name in (("WixUI", "UI"), ("NETFRAMEWORK", "Netfx"), ("NETFX", "Netfx"), ("Util", "Util"), ("WixShellExec", "Util"), ("WixQuietExec", "Util")):
                if word in message and name not in self.extensions:
                    self.extensions.add(name)
                    return True
        return False

    def comes_back(self):
        target = self.work / "back"
        target.mkdir()
        done = self.run("msi", "decompile", str(self.output), "-x", str(target / "files"), "-o", str(target / "back.wxs"),
                        *[w for e in sorted(self.extensions) for w in ("-ext", str(self.libraries / f"WixToolset.{e}.wixext.wixlib"))])
        lost = re.findall(r"wix::(?:not_carried_over|other_extension)\]?: (.*)", done.stdout + done.stderr)
        if done.returncode:
            return f"decompile: exit code {done.returncode} {(done.stdout + done.stderr)[:200]}"
        return f"decompile: {len(lost)} differences, {lost[0][:120]}" if lost else ""


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    folder, libraries = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    command = [str(pathlib.Path(sys.argv[3]).resolve()), *sys.argv[4:]]
    only = os.environ.get("ONLY", "")
    counts, kinds = collections.Counter(), collections.Counter()
    for original in sorted(p for p in folder.iterdir() if p.is_dir()):
        if only and not re.search(only, original.name, re.I):
            continue
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            root = pathlib.Path(work) / original.name
            shutil.copytree(original, root, symlinks=True, copy_function=os.link)
            for name, project in projects(root):
                old = project.old
                asked = ""
                if old:
                    names = [str(s) for s in project.sources] + [str(p) for p in project.folder.rglob("*.wxi")]
                    done = subprocess.run([*command, "convert", *names], cwd=project.folder, capture_output=True, text=True, errors="replace")
                    asked = f"convert asks {len(re.findall(r'^error', done.stderr + done.stdout, re.M))}; " if done.returncode == 20 else ""
                attempt = Attempt(project, libraries, command)
                try:
                    outcome, unknown = attempt.build()
                    back = attempt.comes_back() if outcome == "built" else ""
                except subprocess.TimeoutExpired:
                    outcome, unknown, back = "took over 300 s", set(), ""
                made_up = len(attempt.made_up)
                extra = f"; extensions of others: {', '.join(sorted(unknown))}" if unknown else ""
                print(original.name, name, "v3" if old else "v4", outcome, f"{asked}{made_up} made up{extra}; {back}", sep="\t", flush=True)
                if os.environ.get("VERBOSE"):
                    print("   ", " ".join(attempt.made_up))
                counts["v3" if old else "v4", "built" if outcome == "built" else "not built"] += 1
                if outcome != "built":
                    kinds[outcome.split(":")[0]] += 1
                if os.environ.get("KEEP") and outcome == "built":
                    shutil.copy(attempt.output, pathlib.Path(os.environ["KEEP"]) / (original.name + name.replace("/", "+") + ".msi"))
                shutil.rmtree(attempt.work, ignore_errors=True)
    for key, count in sorted(counts.items()):
        print("#", *key, count)
    for key, count in kinds.most_common():
        print("#", key, count)


def projects(root):
    """Each package of a checkout once."""
    taken, seen = set(), []
    for file in sorted(root.rglob("*.wixproj")):
        try:
            project = Project(root, file, taken)
        except ET.ParseError:
            continue
        if project.packages:
            taken.update(project.sources)
            seen.append((str(file.relative_to(root)), project))
    for source in sorted(p for p in root.rglob("*") if p.suffix.lower() == ".wxs"):
        if source in taken or not source.is_file() or not is_wix(text_of(source)):
            continue
        if not re.search(r"<(Package|Product)\b[^>]*\b(Upgrade|Version|Manufacturer)", without_comments(text_of(source))):
            continue
        project = Project(root, source.parent, taken)
        if source in project.packages:
            if len(project.packages) > 1:
                # several packages side by side: each with what is no package
                project.sources = [p for p in project.sources if p == source or p not in project.packages]
                project.packages = [source]
            taken.add(source)
            if len(project.packages) == 1:
                seen.append((str(source.relative_to(root)), project))
    return seen


if __name__ == "__main__":
    main()
