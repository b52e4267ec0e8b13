"""Writes src/roadseg_client/types.py from the API description: python3 generate.py [--check] [address or file of the description].

The types of what the client's own methods take and give, and of all that those hold. With --check nothing is written, and the
exit status is 1 where the file is not what would be."""

from __future__ import annotations

import json
import sys
import textwrap
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TYPES = HERE / "src" / "roadseg_client" / "types.py"
DESCRIPTION = HERE.parent.parent / "tests" / "contracts" / "openapi.json"
ROOTS = ["JobView", "JobEstimate", "JobFeature", "UploadRequest", "UploadTicket", "ResultSummary", "MaskRegions", "BatchView", "BatchRequest", "BatchItemView", "ClipTicket", "Timeline"]
SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
HEADER = '''"""Types of the API's JSON. Written by generate.py; do not edit."""

from __future__ import annotations

from typing import Any, Literal, TypedDict
'''


class Types:
    """Python source of schemas, each behind those it names."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = document["components"]["schemas"]
        self.written: dict[str, str] = {}

    def add(self, name: str, schema: dict[str, Any] | None = None) -> None:
        """Writes a schema of the document, or one given, under its name."""
        schema = schema or self.schemas[name]
        if name in self.written:
            return
        if "enum" in schema:
            values = ", ".join(json.dumps(value) for value in schema["enum"])
            self.written[name] = wrapped(schema.get("description", ""), "# ") + f"{name} = Literal[{values}]\n"
        elif "properties" in schema:
            members = {key: (self.hint(value), description(value)) for key, value in schema["properties"].items()}
            self.written[name] = self.typed_dict(name, schema, members)

    def hint(self, schema: dict[str, Any]) -> str:
        """The type hint of a schema's values."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            self.add(name)
            return name if name in self.written else self.hint(self.schemas[name])
        if "oneOf" in schema:
            return " | ".join(sorted({self.hint(one) for one in schema["oneOf"]}, key=lambda hint: hint == "None"))
        if "enum" in schema:
            return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
        kinds = schema.get("type", "any")
        kinds = [kinds] if isinstance(kinds, str) else sorted(kinds, key=lambda kind: kind == "null")
        return " | ".join(self.kind(kind, schema) for kind in kinds)

    def kind(self, kind: str, schema: dict[str, Any]) -> str:
        if kind == "array":
            return f"list[{self.hint(schema.get('items', {}))}]"
        if kind == "object":
            return f"dict[str, {self.hint(schema.get('additionalProperties') or {})}]"
        return SIMPLE.get(kind, "Any")

    @staticmethod
    def typed_dict(name: str, schema: dict[str, Any], members: dict[str, tuple[str, str]]) -> str:
        # NotRequired came with Python 3.11; a base of its own says the same to 3.10.
        required = [key for key in members if key in schema.get("required", [])]
        optional = [key for key in members if key not in required]
        about = wrapped(schema.get("description", ""), "    ", '"""')
        if not (required and optional):
            return f"class {name}(TypedDict{', total=False' if optional else ''}):\n{about}{body(members, members)}"
        base = f"class _{name}(TypedDict):\n{body(required, members)}"
        return f"{base}\n\nclass {name}(_{name}, total=False):\n{about}{body(optional, members)}"


def description(schema: dict[str, Any]) -> str:
    return str(next((one["description"] for one in [schema, *schema.get("oneOf", [])] if "description" in one), ""))


def body(keys: Any, members: dict[str, tuple[str, str]]) -> str:
    return "\n".join(wrapped(members[key][1], "    # ") + f"    {key}: {members[key][0]}\n" for key in keys)


def wrapped(text: str, prefix: str, quotes: str = "") -> str:
    if not text:
        return ""
    lines = textwrap.wrap(f"{quotes}{text}{quotes}", 130 - len(prefix), break_long_words=False, break_on_hyphens=False)
    return "".join(f"{prefix}{line}\n" for line in lines) + ("\n" if quotes else "")


def source(document: dict[str, Any]) -> str:
    types = Types(document)
    for root in ROOTS:
        types.add(root)
    event = document["webhooks"]["jobEnded"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    types.add("WebhookEvent", {"description": "What a webhook receives when a job has ended.", **event})
    return HEADER + "".join(f"\n\n{text}" for text in types.written.values())


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    place = next((argument for argument in arguments if argument != "--check"), str(DESCRIPTION))
    with urllib.request.urlopen(place) if "://" in place else open(place, "rb") as described:
        text = source(json.load(described))
    if not check:
        TYPES.write_text(text, encoding="utf-8")
    elif TYPES.read_text(encoding="utf-8") != text:
        print(f"{TYPES.name} is not what the service describes: python3 {Path(__file__).name} writes it anew.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
