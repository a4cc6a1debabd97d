import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from muserd.encode.efficientnet import RECIPE, Lite0, build
from muserd.encode.images import PROBABILITY_ONE, ImageEncoder, Recipe
from muserd.ground.errors import EncoderError
from muserd.ground.imagenet import labels


def test_vectors_are_of_length_one(images: ImageEncoder, pictures: list[Image.Image]) -> None:
    """Every vector is finite, float32 and L2-normalised."""
    vectors = images.encode(pictures).vectors
    assert vectors.shape == (11, images.info.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_picture_has_the_same_vector_alone_and_in_any_batch(
    images: ImageEncoder, pictures: list[Image.Image]
) -> None:
    """The same input gives the same vector; the batch around it changes rounding at most."""
    together = images.encode(pictures).vectors
    again = images.encode(pictures).vectors
    assert np.array_equal(together, again)
    alone = np.concatenate([images.encode([picture]).vectors for picture in pictures])
    assert ((together * alone).sum(1) >= 0.9999).all()


def test_pictures_that_look_alike_are_near(images: ImageEncoder) -> None:
    """Two red discs are nearer to each other than to a field of stripes."""
    discs = []
    for offset in (0, 12):
        disc = Image.new("RGB", (300, 300), "white")
        ImageDraw.Draw(disc).ellipse((60 + offset, 60, 240, 240), fill="red")
        discs.append(disc)
    stripes = Image.new("RGB", (300, 300), "white")
    for x in range(0, 300, 20):
        ImageDraw.Draw(stripes).line((x, 0, x, 300), fill="black", width=8)
    a, b, c = images.encode([*discs, stripes]).vectors
    assert a @ b > 0.8 > a @ c


def test_concepts_are_the_likeliest_classes(
    images: ImageEncoder, pictures: list[Image.Image]
) -> None:
    """Ten classes a picture, likeliest first, probabilities in 1/65535."""
    found = images.encode(pictures).concepts
    assert found is not None
    for concepts in found:
        classes = [label for label, _ in concepts]
        shares = [share for _, share in concepts]
        assert len(set(classes)) == 10
        assert all(0 <= label < len(labels()) for label in classes)
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= PROBABILITY_ONE + 10


def test_no_pictures_give_no_vectors(images: ImageEncoder) -> None:
    """An empty list is fine."""
    result = images.encode([])
    assert result.vectors.shape == (0, images.info.dim)
    assert result.concepts == []


def test_the_square_is_cut_from_the_middle() -> None:
    """The shorter side becomes resize_px and size_px of it are kept: the middle 7/8."""
    wide = Image.new("RGB", (800, 400), "black")
    ImageDraw.Draw(wide).rectangle((200, 0, 599, 399), fill="white")
    square = RECIPE.prepare(wide)
    assert square.shape == (224, 224, 3)
    assert square.min() == 255
    whole = Recipe(224, 0, (0.0,) * 3, (1.0,) * 3).prepare(wide)
    assert (whole[:, 0] == 0).all()


@pytest.mark.parametrize("size", [(1, 30_000), (30_000, 1), (1, 1), (3, 2)])
def test_odd_shapes_are_prepared(size: tuple[int, int]) -> None:
    """Strips and specks become squares."""
    assert RECIPE.prepare(Image.new("RGB", size, "red")).shape == (224, 224, 3)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "I;16"])
def test_any_mode_is_prepared(mode: str) -> None:
    """Grey, palette, transparent, printed and deep pictures become RGB."""
    assert RECIPE.prepare(Image.new(mode, (50, 40))).shape == (224, 224, 3)


def test_weights_of_another_network_are_refused() -> None:
    """A checkpoint with another number of tensors is no EfficientNet-Lite0."""
    with pytest.raises(EncoderError, match="not an EfficientNet-Lite0"):
        build([torch.zeros(3)] * 7)


def test_the_network_is_timms(images: ImageEncoder, pictures: list[Image.Image]) -> None:
    """Folded and written out, it gives the features of timm's tf_efficientnet_lite0."""
    from muserd.encode.catalogue import EFFICIENTNET_WEIGHTS
    from muserd.encode.operators import declare_missing_operators

    declare_missing_operators()
    import timm

    tensors = torch.load(EFFICIENTNET_WEIGHTS.path, weights_only=True)
    theirs = timm.create_model("tf_efficientnet_lite0").eval()
    theirs.load_state_dict(dict(zip(theirs.state_dict(), tensors.values(), strict=True)))
    ours, _ = build(list(tensors.values()))
    assert isinstance(ours, Lite0)
    squares = torch.from_numpy(np.stack([RECIPE.prepare(one) for one in pictures[:4]]))
    inputs = (squares.permute(0, 3, 1, 2).float() - 127) / 128
    with torch.inference_mode():
        expected = theirs.forward_head(theirs.forward_features(inputs), pre_logits=True)
        found = ours.eval()(inputs)
    cosines = torch.nn.functional.cosine_similarity(expected, found)
    assert cosines.min() > 0.99999
