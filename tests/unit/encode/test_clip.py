import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from muserd.encode import export, sources, torch_parts
from muserd.encode.catalogue import shorter_px
from muserd.encode.choice import open_image_encoder
from muserd.encode.images import ImageEncoder
from muserd.encode.operators import declare_missing_operators
from muserd.encode.probe import LEAST_AGREEMENT
from muserd.ground.errors import EncoderError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ViT-B-32 of the true configuration with random weights, saved as training saves it."""
    declare_missing_operators()
    import open_clip
    from safetensors.torch import save_file

    torch.manual_seed(5)
    model = open_clip.create_model("ViT-B-32")
    path = tmp_path_factory.mktemp("clip") / "random.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, path)
    return path


@pytest.fixture(scope="module")
def clip(checkpoint: Path) -> ImageEncoder:
    told: list[str] = []
    encoder = open_image_encoder(
        f"clip:ViT-B-32/{checkpoint}",
        "",
        "cpu",
        checkpoint.parent,
        lambda stage, message, share: told.append(f"{stage} {message} {share}"),
    )
    assert told == ["loading CLIP ViT-B-32 None"]
    assert encoder.recipe.size_px == 224 <= shorter_px(f"clip:ViT-B-32/{checkpoint}")
    return encoder


def test_clip_encodes_pictures_and_words_into_one_space(
    clip: ImageEncoder, pictures: list[Image.Image]
) -> None:
    """512-d vectors of length one from both towers; no classes."""
    result = clip.encode(pictures)
    assert result.concepts is None
    assert result.vectors.shape == (11, 512)
    assert clip.words is not None
    words = clip.words(["a red apple", "a dog", "x"])
    assert words.shape == (3, 512)
    for vectors in (result.vectors, words):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
    alone = np.concatenate([clip.encode([picture]).vectors for picture in pictures[:3]])
    assert ((result.vectors[:3] * alone).sum(1) >= 0.9999).all()


def test_clip_gives_what_open_clip_gives(
    clip: ImageEncoder, checkpoint: Path, pictures: list[Image.Image]
) -> None:
    """By its own preprocessing and towers: the same pictures, the same words."""
    import open_clip

    model, _, preprocess = open_clip.create_model_and_transforms(
        "ViT-B-32", pretrained=str(checkpoint)
    )
    model.eval()
    # a picture no smaller than the network's input: theirs scales, then cuts at whole pixels
    picture = pictures[4].resize((448, 448), Image.Resampling.BICUBIC)
    tokens = open_clip.get_tokenizer("ViT-B-32")(["a red apple"])
    with torch.inference_mode():
        image = model.encode_image(preprocess(picture)[None], normalize=True)[0].numpy()
        words = model.encode_text(tokens, normalize=True)[0].numpy()
    assert clip.encode([picture]).vectors[0] @ image >= 0.999
    assert clip.words is not None
    assert clip.words(["a red apple"])[0] @ words >= 0.9999


def test_clips_id_follows_its_weights(clip: ImageEncoder, checkpoint: Path, tmp_path: Path) -> None:
    """It keeps vectors of the same weights, and refuses those of others."""
    spec = f"clip:ViT-B-32/{checkpoint}"
    assert clip.info.id.startswith("clip/ViT-B-32@")
    assert clip.info.dim == 512
    with pytest.raises(EncoderError, match="the store's vectors come from"):
        open_image_encoder(spec, "clip/ViT-B-32@0123456789ab+1", "cpu", tmp_path)


def test_weights_of_another_model_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    """The message names file and model."""
    with pytest.raises(EncoderError, match="cannot be loaded as weights of CLIP ViT-B-16"):
        open_image_encoder(f"clip:ViT-B-16/{checkpoint}", "", "cpu", tmp_path)
    cut_off = tmp_path / "cut.safetensors"
    cut_off.write_bytes(checkpoint.read_bytes()[:1_000_000])
    with pytest.raises(EncoderError, match="or be damaged"):
        open_image_encoder(f"clip:ViT-B-32/{cut_off}", "", "cpu", tmp_path)


@pytest.mark.timeout(300)  # a conversion takes 15 s of a core, and more where others work
def test_clip_compiled_gives_the_same_vectors(
    clip: ImageEncoder, checkpoint: Path, pictures: list[Image.Image], tmp_path: Path
) -> None:
    """Both towers, and the tokenizer without open_clip; the second start imports none of it."""
    spec = f"clip:ViT-B-32/{checkpoint}"
    parts = torch_parts.image_parts(spec, clip.info.id, tmp_path, lambda *_: None)
    model = export.export(parts, tmp_path)
    assert set(model.said.networks) == {"pictures", "words"}
    sources.remember(spec, parts.info.id, tuple(parts.files), tmp_path)
    compiled = open_image_encoder(spec, "", "cpu", tmp_path)
    assert compiled.info.id == clip.info.id
    assert compiled.info.device.endswith("OpenVINO")
    found, expected = compiled.encode(pictures[:4]).vectors, clip.encode(pictures[:4]).vectors
    assert (found * expected).sum(1).min() >= LEAST_AGREEMENT
    texts = ["a red apple", "Ein Hund \u201cim\u201d Schnee", "x " * 200]
    assert clip.words is not None
    assert compiled.words is not None
    assert (compiled.words(texts) * clip.words(texts)).sum(1).min() >= LEAST_AGREEMENT
    program = """
import sys
from pathlib import Path
from muserd.encode.choice import open_image_encoder
encoder = open_image_encoder(sys.argv[1], sys.argv[2], "cpu", Path(sys.argv[3]))
encoder.words(["a red apple"])
assert "PIL" not in sys.modules
from PIL import Image
encoder.encode([Image.new("RGB", (300, 200))])
print(sorted({name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, spec, clip.info.id, tmp_path],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    for heavy in ("torch", "open_clip", "transformers", "torchvision", "timm"):
        assert f"'{heavy}'" not in done.stdout


def test_weights_that_change_are_another_encoder(
    clip: ImageEncoder, checkpoint: Path, tmp_path: Path
) -> None:
    """A file written over leads to another id, whatever was remembered of it."""
    copy = tmp_path / "weights.safetensors"
    copy.write_bytes(checkpoint.read_bytes())
    spec = f"clip:ViT-B-32/{copy}"
    sources.remember(spec, clip.info.id, (copy,), tmp_path)
    assert sources.recall(spec, tmp_path) == clip.info.id
    data = bytearray(copy.read_bytes())
    data[-1_000] ^= 1
    copy.write_bytes(data)
    assert sources.recall(spec, tmp_path) == ""
    with pytest.raises(EncoderError, match="the store's vectors come from"):
        open_image_encoder(spec, clip.info.id, "cpu", tmp_path)
