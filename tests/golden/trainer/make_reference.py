#!/usr/bin/python3
"""Reference numbers for the trainer's network, from PyTorch and torchvision alone (Debian: python3-torch, python3-torchvision).

Weights, pictures and targets are made by a formula that the tests repeat, so that only results are stored:
  /usr/bin/python3 tests/golden/trainer/make_reference.py > tests/golden/trainer/reference.json
"""
import json
import zlib

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

torch.set_num_threads(1)

# Doubles: rounding would otherwise decide which side of zero a ReLU falls on, and gradients would differ by that alone.
torch.set_default_dtype(torch.float64)
CLASSES, LOW, ASPP, DECODER, RATES = 5, 8, 16, 16, (6, 12, 18)


def uniform(name, count):
    """Values in [-0.5, 0.5): the same numbers on every machine."""
    i = torch.arange(count, dtype=torch.int64)
    bits = (i * 2654435761 + zlib.crc32(name.encode())) % 2**32
    bits = (bits ^ (bits >> 15)) * 2246822519 % 2**32
    bits = (bits ^ (bits >> 13)) * 3266489917 % 2**32
    return (bits >> 8).double() / 2**24 - 0.5


def fill(model):
    for name, t in list(model.named_parameters()) + list(model.named_buffers()):
        if name.endswith("num_batches_tracked"):
            continue
        u = uniform(name, t.numel()).view(t.shape)
        with torch.no_grad():
            if t.dim() == 4:
                t.copy_(u * (2 * 3**0.5 / (t[0].numel() ** 0.5)))
            elif name.endswith("running_var") or (name.endswith("weight") and t.dim() == 1):
                t.copy_(1 + 0.2 * u)
            else:
                t.copy_(0.2 * u)


def unit(i, o, k, dilation=1, groups=1):
    return nn.Sequential(nn.Conv2d(i, o, k, padding=k // 2 * dilation, dilation=dilation, groups=groups, bias=False), nn.BatchNorm2d(o))


class HeadConv(nn.Module):
    def __init__(self, i, o, dilation, separable):
        super().__init__()
        parts = [unit(i, i, 3, dilation, i), unit(i, o, 1)] if separable else [unit(i, o, 3, dilation)]
        for n, p in enumerate(parts):
            self.add_module(str(n), p)

    def forward(self, x):
        for part in self.children():
            x = F.relu(part(x))
        return x


class Aspp(nn.Module):
    def __init__(self, i, separable):
        super().__init__()
        self.point = unit(i, ASPP, 1)
        for n, rate in enumerate(RATES):
            self.add_module(f"rate{n}", HeadConv(i, ASPP, rate, separable))
        self.pooled = unit(i, ASPP, 1)
        self.project = unit(ASPP * (len(RATES) + 2), ASPP, 1)

    def forward(self, x):
        pooled = F.relu(self.pooled(F.adaptive_avg_pool2d(x, 1)))
        branches = [F.relu(self.point(x))] + [getattr(self, f"rate{n}")(x) for n in range(len(RATES))]
        branches.append(F.interpolate(pooled, x.shape[-2:], mode="bilinear", align_corners=False))
        return F.relu(self.project(torch.cat(branches, 1)))


class Decoder(nn.Module):
    def __init__(self, low, separable):
        super().__init__()
        self.low = unit(low, LOW, 1)
        self.refine0 = HeadConv(ASPP + LOW, DECODER, 1, separable)
        self.refine1 = HeadConv(DECODER, DECODER, 1, separable)
        self.classify = nn.Conv2d(DECODER, CLASSES, 1)

    def forward(self, context, low):
        detail = F.relu(self.low(low))
        context = F.interpolate(context, detail.shape[-2:], mode="bilinear", align_corners=False)
        return self.classify(self.refine1(self.refine0(torch.cat([context, detail], 1))))


def dilate(module, first, rest):
    """Stride 1 and dilation where the published network strides: first block at the old rate, the others at the new."""
    for block_index, block in enumerate(module):
        rate = first if block_index == 0 else rest
        for conv in block.modules():
            if isinstance(conv, nn.Conv2d):
                conv.stride = (1, 1)
                if conv.kernel_size == (3, 3):
                    conv.dilation = conv.padding = (rate, rate)


class DeepLab(nn.Module):
    def __init__(self, backbone, separable, stride=16, auxiliary=False):
        super().__init__()
        self.backbone = backbone
        if backbone == "mobilenet_v2":
            full = torchvision.models.mobilenet_v2()
            self.encoder = nn.Module()
            self.encoder.features = full.features[:18]
            late, last = self.encoder.features[7:14], self.encoder.features[14:18]
            low, mid, high = 24, 96, 320
        else:
            self.encoder = getattr(torchvision.models, backbone)()
            del self.encoder.fc, self.encoder.avgpool
            late, last = self.encoder.layer3, self.encoder.layer4
            low, mid, high = (64, 256, 512) if backbone in ("resnet18", "resnet34") else (256, 1024, 2048)
        if stride == 8:
            dilate(late, 1, 2)
            dilate(last, 2, 4)
        else:
            dilate(last, 1, 2)
        self.aspp = Aspp(high, separable)
        self.decoder = Decoder(low, separable)
        if auxiliary:
            self.auxiliary = nn.Module()
            self.auxiliary.reduce = unit(mid, mid // 4, 3)
            self.auxiliary.classify = nn.Conv2d(mid // 4, CLASSES, 1)

    def forward(self, x):
        if self.backbone == "mobilenet_v2":
            low = self.encoder.features[:4](x)
            mid = self.encoder.features[4:14](low)
            high = self.encoder.features[14:](mid)
        else:
            e = self.encoder
            low = e.layer1(e.maxpool(e.relu(e.bn1(e.conv1(x)))))
            mid = e.layer3(e.layer2(low))
            high = e.layer4(mid)
        logits = self.decoder(self.aspp(high), low)
        if not self.training or not hasattr(self, "auxiliary"):
            return logits, None
        return logits, self.auxiliary.classify(F.relu(self.auxiliary.reduce(mid)))


def batch(count, size):
    images = uniform("images", count * 3 * size * size).view(count, 3, size, size) * 4
    ids = ((uniform("targets", count * size * size) + 0.5) * (CLASSES + 1)).long().view(count, size, size)
    return images, ids  # id CLASSES is the ignore id


def loss_of(outputs, ids, weights):
    def one(logits):
        full = F.interpolate(logits, ids.shape[-2:], mode="bilinear", align_corners=False)
        return F.cross_entropy(full, ids, weights, ignore_index=CLASSES)

    logits, auxiliary = outputs
    return one(logits) if auxiliary is None else one(logits) + 0.4 * one(auxiliary)


def numbers(t, count):
    t = t.detach().double().flatten()
    return {"norm": t.norm().item(), "first": t[:count].tolist()}


def reference(backbone, separable, stride=16, auxiliary=False):
    model = DeepLab(backbone, separable, stride, auxiliary)
    fill(model)
    images, ids = batch(3, 64)
    weights = torch.tensor([0.5, 1.0, 1.5, 2.0, 0.8])
    model.eval()
    with torch.no_grad():
        logits, _ = model(images)
    model.train()
    loss = loss_of(model(images), ids, weights)
    loss.backward()
    return {
        "backbone": backbone,
        "separable": separable,
        "stride": stride,
        "auxiliary": auxiliary,
        "parameters": sum(p.numel() for p in model.parameters()),
        "logits": numbers(logits, 64),
        "shape": list(logits.shape),
        "loss": loss.item(),
        "gradients": {name: numbers(p.grad, 2) for name, p in model.named_parameters()},
    }


def trajectory():
    """At ten times this rate an error of 1e-10 grows to 1e-3 in seven steps: the test would measure chaos."""
    model = DeepLab("mobilenet_v2", True)
    fill(model)
    model.train()
    images, ids = batch(4, 64)
    decay = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.SGD([{"params": decay, "weight_decay": 1e-3}, {"params": plain}], lr=0.002, momentum=0.9)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = loss_of(model(images), ids, None)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


print(json.dumps({
    "made_with": {"torch": torch.__version__, "torchvision": torchvision.__version__},
    "models": [
        reference("mobilenet_v2", True),
        reference("mobilenet_v2", False),
        reference("mobilenet_v2", True, stride=8, auxiliary=True),
        reference("resnet18", False),
        reference("resnet34", False, stride=8),
        reference("resnet50", False),
        reference("resnet101", False, stride=8, auxiliary=True),
    ],
    "sgd_losses": trajectory(),
}))
