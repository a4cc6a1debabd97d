from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from muserd.encode.catalogue import shorter_px
from muserd.encode.choice import open_image_encoder
from muserd.encode.images import ImageEncoder
from muserd.encode.operators import declare_missing_operators
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
