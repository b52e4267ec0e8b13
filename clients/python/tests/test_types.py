import subprocess
import sys
import typing
import unittest
from pathlib import Path

from roadseg_client import types
from service import ADDRESS

GENERATOR = Path(__file__).resolve().parent.parent / "generate.py"


class TypeTests(unittest.TestCase):
    def test_the_generated_types_are_those_of_the_running_service_and_their_hints_can_be_read(self):
        command = [sys.executable, str(GENERATOR), "--check", f"{ADDRESS}/openapi/v1.json"]
        checked = subprocess.run(command, capture_output=True, text=True)

        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIs(typing.get_type_hints(types.JobView)["id"], str)
        self.assertEqual(types.JobView.__required_keys__, {"id", "state", "times", "stages", "links"})


if __name__ == "__main__":
    unittest.main()
