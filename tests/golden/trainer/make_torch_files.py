#!/usr/bin/python3
"""Small files of torch.save for the reader's tests (Debian: python3-torch):
  /usr/bin/python3 tests/golden/trainer/make_torch_files.py tests/golden/trainer
"""
import collections
import os
import sys

import torch

out = sys.argv[1]
base = torch.arange(12, dtype=torch.float32).view(3, 4)
state = collections.OrderedDict(
    [
        ("conv.weight", base),
        ("conv.turned", base.t()),
        ("conv.row", base[1]),
        ("bn.count", torch.tensor(7)),
        ("bn.half", torch.tensor([1.5, -2.0], dtype=torch.float16)),
        ("parameter", torch.nn.Parameter(torch.tensor([[1.0, 2.0]]))),
    ]
)
torch.save(state, f"{out}/state.zip.pth")
torch.save(state, f"{out}/state.legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "model": state, "args": None}, f"{out}/wrapped.pth")


class Malicious:
    def __reduce__(self):
        return os.system, ("touch /tmp/roadseg-was-here",)


torch.save({"weight": Malicious()}, f"{out}/malicious.pth")
torch.save({"weight": Malicious()}, f"{out}/malicious.legacy.pth", _use_new_zipfile_serialization=False)
