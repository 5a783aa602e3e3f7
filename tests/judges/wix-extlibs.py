#!/usr/bin/env python3
"""Make the libraries of WiX's own extensions with an engine of ours, for judging elements of extensions.

    git clone --depth 1 --branch v6.0.2 https://github.com/wixtoolset/wix CHECKOUT
    wix-extlibs.py CHECKOUT OUT target/debug/xtask wix

For each src/ext/NAME/wixlib, writes OUT/WixToolset.NAME.wixext.wixlib. The DLLs that are built from C++ are stand-ins of one
line, and fragments with elements of bundles are left out, line by line, since no package refers to them. Nothing of the
checkout enters the project; not part of the gate. Prints a line per extension; the exit code says whether all were made.
"""
import pathlib, re, shutil, subprocess, sys, tempfile

PLATFORMS = {"x86": "_X86", "x64": "_X64", "arm64": "_A64"}
BUNDLE = re.compile(r"<(?:Bootstrapper\w*|Bundle\w*|ExePackage\w*|PackageGroup\w*|Payload\w*|util:\w+|bal:\w+|netfx:\w+)\b")
FRAGMENT = re.compile(r"<Fragment\b[^>]*?(?<!/)>.*?</Fragment>", re.S)
COMMENT = re.compile(r"<!--.*?-->", re.S)
# what MSBuild defines from the project
CONSTANTS = re.compile(r"^\s*(\w+)=\$\(MSBuildProjectDirectory\)\\(.*?);\s*$", re.M)


def blank(text):
    """As many lines, and nothing on them."""
    return "\n" * text.count("\n")


def for_packages(text):
    text = COMMENT.sub(lambda m: blank(m[0]), text)
    return FRAGMENT.sub(lambda m: blank(m[0]) if BUNDLE.search(m[0]) else m[0], text)


def stand_ins(folder, sources):
    """The bind paths, with a file for each source that names one."""
    paths = {}
    for text in sources:
        for name, file in re.findall(r'SourceFile="(?:!\(bindpath\.((?:\$\([^)]*\)|[^)$])*)\))?([^"!()$]+)"', text):
            names = [re.sub(r"\$\((?:var\.)?platform\)", p, name, flags=re.I) for p in PLATFORMS] if name else [""]
            for one in names:
                paths.setdefault(one, set()).add(file)
    switches = []
    for name, files in sorted(paths.items()):
        place = folder / (name or "unnamed")
        place.mkdir(parents=True, exist_ok=True)
        for file in files:
            (place / file).write_text(f"stands in for {file}\n")
        switches += ["-b", f"{name}={place}" if name else str(place)]
    return switches


def make(checkout, extension, out, command, work):
    source = extension / "wixlib"
    name = next((extension / "wixext").glob("*.csproj")).stem
    copy = work / "ext" / extension.name / "wixlib"
    shutil.copytree(source, copy)
    for shared in checkout.glob("src/ext/*.wxi"):
        shutil.copy(shared, work / "ext" / shared.name)
    texts = []
    for path in [*copy.glob("**/*.wxs"), *copy.glob("**/*.wxi")]:
        text = for_packages(path.read_text("utf-8-sig"))
        path.write_text(text, "utf-8")
        texts.append(text)
    project = next(copy.glob("*.wixproj")).read_text()
    defines = [word for key, file in CONSTANTS.findall(project) for word in ("-d", f"{key}={copy / file}")]
    files = sorted(str(p.relative_to(copy)) for p in copy.glob("**/*.wx[sl]"))
    target = out / f"{name}.wixlib"
    line = [*command, "build", "-outputtype", "library", "-bindfiles", *files, *defines,
            *stand_ins(work / "files", texts), "-o", str(target)]
    done = subprocess.run(line, cwd=copy, capture_output=True, text=True)
    size = target.stat().st_size if done.returncode == 0 else 0
    print(f"{name}\t{size} bytes" if size else f"{name}\tnot made\n{done.stdout}{done.stderr}", flush=True)
    return bool(size)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    checkout, out = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    command = [str(pathlib.Path(sys.argv[3]).resolve()), *sys.argv[4:]]
    out.mkdir(parents=True, exist_ok=True)
    made = []
    for extension in sorted(p.parent for p in checkout.glob("src/ext/*/wixlib")):
        # the parts of bundles
        if extension.name == "Bal":
            continue
        with tempfile.TemporaryDirectory() as work:
            made.append(make(checkout, extension, out, command, pathlib.Path(work)))
    sys.exit(0 if made and all(made) else 1)


if __name__ == "__main__":
    main()
