"""The other side of `./roadseg bench trainer`: the same training step as a PyTorch user would write it.

Reads weights, batch and settings that our side wrote; answers "run N" with a line of JSON. Debian: python3-torch.
"""
import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

folder = sys.argv[1]
S = json.load(open(f"{folder}/settings.json"))
torch.set_num_threads(S["threads"])


class Unit(nn.Sequential):
    """Convolution and batch norm; the activation is the caller's."""

    def __init__(self, i, o, k, stride=1, dilation=1, groups=1, act=None):
        super().__init__(nn.Conv2d(i, o, k, stride, k // 2 * dilation, dilation, groups, bias=False), nn.BatchNorm2d(o))
        self.act = act

    def forward(self, x):
        x = self[1](self[0](x))
        return self.act(x, inplace=True) if self.act else x


class Block(nn.Module):
    def __init__(self, i, o, stride, t, dilation):
        super().__init__()
        hidden = i * t
        parts = [Unit(i, hidden, 1, act=F.relu6)] if t > 1 else []
        project = Unit(hidden, o, 1)
        parts += [Unit(hidden, hidden, 3, stride, dilation, hidden, act=F.relu6), project[0], project[1]]
        self.conv = nn.Sequential(*parts)
        self.residual = stride == 1 and i == o

    def forward(self, x):
        y = self.conv(x)
        return y.add_(x) if self.residual else y


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        plan = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
        features, channels, reached, dilation = [Unit(3, 32, 3, 2, act=F.relu6)], 32, 2, 1
        for t, c, n, s in plan:
            for b in range(n):
                wanted = s if b == 0 else 1
                step = 1 if reached * wanted > 16 else wanted
                features.append(Block(channels, c, step, t, dilation))
                reached, dilation, channels = reached * step, dilation * (wanted // step), c
        self.features = nn.Sequential(*features)

    def forward(self, x):
        low = self.features[:4](x)
        return low, self.features[4:](low)


class HeadConv(nn.Sequential):
    def __init__(self, i, o, dilation):
        super().__init__(Unit(i, i, 3, 1, dilation, i, act=F.relu), Unit(i, o, 1, act=F.relu))


class Aspp(nn.Module):
    def __init__(self):
        super().__init__()
        c = S["aspp"]
        self.point = Unit(320, c, 1, act=F.relu)
        for n, rate in enumerate(S["rates"]):
            self.add_module(f"rate{n}", HeadConv(320, c, rate))
        self.pooled = Unit(320, c, 1, act=F.relu)
        self.project = Unit(c * (len(S["rates"]) + 2), c, 1, act=F.relu)

    def forward(self, x):
        parts = [self.point(x)] + [getattr(self, f"rate{n}")(x) for n in range(len(S["rates"]))]
        pooled = self.pooled(x.mean([2, 3], keepdim=True))
        parts.append(pooled.expand(-1, -1, *x.shape[2:]))
        return F.dropout(self.project(torch.cat(parts, 1)), S["dropout"], self.training)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = Unit(24, S["low"], 1, act=F.relu)
        self.refine0 = HeadConv(S["aspp"] + S["low"], S["decoder"], 1)
        self.refine1 = HeadConv(S["decoder"], S["decoder"], 1)
        self.classify = nn.Conv2d(S["decoder"], S["classes"], 1)

    def forward(self, context, low):
        low = self.low(low)
        context = F.interpolate(context, low.shape[-2:], mode="bilinear", align_corners=False)
        return self.classify(self.refine1(self.refine0(torch.cat([context, low], 1))))


class DeepLab(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.aspp, self.decoder = Encoder(), Aspp(), Decoder()

    def forward(self, x):
        low, high = self.encoder(x)
        return self.decoder(self.aspp(high), low)

    def train(self, mode=True):
        super().train(mode)
        for stage in self.encoder.features[:S["frozen"]]:
            stage.eval()
        return self


def load(model):
    values, at = np.fromfile(f"{folder}/weights.bin", np.float32), 0
    state = model.state_dict()
    for entry in S["tensors"]:
        count = int(np.prod(entry["shape"]))
        state[entry["name"]].copy_(torch.from_numpy(values[at:at + count]).view(entry["shape"]))
        at += count
    assert at == len(values) and len(S["tensors"]) == sum(1 for t in state.values() if t.dtype == torch.float32)


model, average = DeepLab(), DeepLab()
load(model)
load(average)
for stage in model.encoder.features[:S["frozen"]]:
    for p in stage.parameters():
        p.requires_grad = False
model.train()
average.eval()
for p in average.parameters():
    p.requires_grad = False
pairs = list(zip(list(model.parameters()) + list(model.buffers()), list(average.parameters()) + list(average.buffers())))

groups = {}
for name, p in model.named_parameters():
    if p.requires_grad:
        groups.setdefault((name.startswith("encoder."), p.dim() > 1), []).append(p)
parameters = [p for group in groups.values() for p in group]
optimizer = torch.optim.AdamW([
    {"params": ps, "lr": S["rate"] * (S["encoderRate"] if encoder else 1), "weight_decay": S["weightDecay"] if decay else 0}
    for (encoder, decay), ps in groups.items()])

n, h, w = S["batch"]
images = np.fromfile(f"{folder}/images.bin", np.uint8).reshape(n, h, w, 3)
masks = np.fromfile(f"{folder}/masks.bin", np.uint8).reshape(n, h, w)
weights = torch.tensor(S["classWeights"]) if S["classWeights"] else None
scale = 1 / (255 * torch.tensor([0.229, 0.224, 0.225]))
shift = -torch.tensor([0.485, 0.456, 0.406]) / torch.tensor([0.229, 0.224, 0.225])


def loss_of(logits, target):
    full = F.interpolate(logits, target.shape[-2:], mode="bilinear", align_corners=False)
    loss = F.cross_entropy(full, target, weights, ignore_index=S["ignoreId"])
    if S["dice"] > 0:
        valid = (target != S["ignoreId"]).unsqueeze(1).float()
        probability = F.softmax(full, 1) * valid
        truth = torch.zeros_like(probability).scatter_(1, target.masked_fill(target == S["ignoreId"], 0).unsqueeze(1), valid)
        both, count = (probability * truth).sum([0, 2, 3]), truth.sum([0, 2, 3])
        present = (count > 0).float()
        dice = (2 * both + 1) / (probability.sum([0, 2, 3]) + count + 1)
        loss = loss + S["dice"] * ((1 - dice) * present).sum() / (present.sum() + 1e-6)
    return loss


def step(number):
    torch.manual_seed(S["seeds"][number])
    x = torch.from_numpy(images.copy()).float().mul_(scale).add_(shift).permute(0, 3, 1, 2)
    loss = loss_of(model(x), torch.from_numpy(masks.copy()).long())
    loss.backward()
    value = loss.item()
    if S["clip"] > 0:
        torch.nn.utils.clip_grad_norm_(parameters, S["clip"])
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    decay = min(S["emaDecay"], (2 + number) / (11 + number))
    with torch.no_grad():
        for source, target in pairs:
            if source.dtype == torch.int64:
                target.copy_(source)
            else:
                target.mul_(decay).add_(source, alpha=1 - decay)
    return value


print(json.dumps({"ready": True, "torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
taken = 0
for line in sys.stdin:
    milliseconds, losses = [], []
    for _ in range(int(line.split()[1])):
        started = time.perf_counter()
        losses.append(step(taken))
        milliseconds.append((time.perf_counter() - started) * 1000)
        taken += 1
    print(json.dumps({"milliseconds": milliseconds, "losses": losses}), flush=True)
