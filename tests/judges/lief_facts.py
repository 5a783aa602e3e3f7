"""What LIEF sees in images, one fact per line, as a second opinion on our reader.

Reads the path of an image from each line of the input, and ends what it says of each with a line `end`: it takes LIEF
longer to load than to read any image.
"""
import sys
import lief


def tell(path):
    config = lief.PE.ParserConfig()
    config.parse_arm64x_binary = True
    image = lief.PE.parse(path, config)
    views = [image] + ([image.nested_pe_binary] if image.nested_pe_binary else [])
    for view in views:
        print(f"machine {int(view.header.machine.value):#06x}")
        export = view.get_export()
        for entry in sorted(export.entries, key=lambda e: (e.ordinal, e.name)) if export else []:
            forward = entry.forward_information
            target = f"{forward.library}.{forward.function}" if entry.is_forwarded else f"{entry.address:#x}"
            if entry.is_extern and not entry.is_forwarded:
                # LIEF gives the target of a forward without a name as its name
                print(f"export {entry.ordinal}  {entry.name}")
            elif entry.address or entry.is_forwarded:
                print(f"export {entry.ordinal} {entry.name} {target}")
        for library in list(view.imports) + list(view.delay_imports):
            print(f"import {library.name}")
    manager = image.resources_manager
    for version in manager.version if image.has_resources and manager.has_version else []:
        fixed = version.file_info
        parts = [fixed.file_version_ms >> 16, fixed.file_version_ms & 0xFFFF]
        parts += [fixed.file_version_ls >> 16, fixed.file_version_ls & 0xFFFF]
        print("version", ".".join(map(str, parts)))
        for table in version.string_file_info.children if version.string_file_info else []:
            for item in table.entries:
                print("string", item.key, "=", item.value)
        for pair in version.var_file_info.vars[0].values if version.var_file_info else []:
            print(f"language {pair & 0xFFFF}")
    print(f"checksum {image.compute_checksum():#x}")
    if image.has_resources:
        walk(image.resources, [])


def walk(node, path):
    for child in node.childs:
        label = child.name if child.has_name else str(child.id)
        if child.is_data:
            print("resource", *path, label, len(child.content))
        else:
            walk(child, [*path, label])


for line in sys.stdin:
    tell(line.rstrip("\n"))
    print("end", flush=True)
