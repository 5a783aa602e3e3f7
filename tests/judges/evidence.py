"""Holds the evidence of a release against validators of others: evidence.py FOLDER SCHEMA-OF-THE-MANIFEST SCHEMAS-OF-WINGET.

CycloneDX and SPDX by the libraries of the two projects, the statement by in-toto's own bindings, the manifest by jsonschema;
winget's manifests by Microsoft's published schemas. Prints a line for each; ends with 1 where one is wrong.
"""

import json
import pathlib
import sys

folder, schema, schemas = map(pathlib.Path, sys.argv[1:])
wrong = []


def told(name, problem):
    print("WRONG" if problem else "OK   ", name, problem or "")
    if problem:
        wrong.append(name)


def cyclonedx():
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = (folder / "sbom.cdx.json").read_text(encoding="utf-8")
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


def spdx():
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    document = parse_file(str(folder / "sbom.spdx.json"))
    return "; ".join(m.validation_message for m in validate_full_spdx_document(document)[:5])


def statement():
    import in_toto_attestation.predicates.provenance.v1.provenance_pb2 as slsa
    import in_toto_attestation.v1.statement_pb2 as intoto
    from google.protobuf import json_format
    from in_toto_attestation.v1.statement import Statement

    text = (folder / "provenance.intoto.json").read_text(encoding="utf-8")
    try:
        parsed = json_format.Parse(text, intoto.Statement())
        Statement.copy_from_pb(parsed).validate()
        json_format.ParseDict(json.loads(text)["predicate"], slsa.Provenance())
    except (ValueError, json_format.ParseError) as error:
        return str(error)


def manifest():
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    return "; ".join(f"{e.json_path}: {e.message}" for e in list(validator.iter_errors(json.loads(text)))[:5])


def winget():
    import jsonschema
    import yaml

    manifests = sorted(folder.glob("winget/*/*.yaml"))
    told("winget", "" if manifests else "no manifest")
    for path in manifests:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        kind, version = document["ManifestType"], document["ManifestVersion"]
        published = schemas / f"manifest.{kind}.{version}.json"
        rules = json.loads(published.read_text(encoding="utf-8-sig"))
        errors = jsonschema.validators.validator_for(rules)(rules).iter_errors(document)
        told(path.name, "; ".join(f"{e.json_path}: {e.message}" for e in errors))


for check in (manifest, cyclonedx, spdx, statement):
    told(check.__name__, check())
winget()
sys.exit(bool(wrong))
