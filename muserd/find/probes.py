"""Short queries about many things, most of which any one collection does not hold.

They measure what a cosine means by chance: see `cutoff.Background`.
"""

PROBES = (
    "a tax return", "the stock market", "a wedding", "a recipe for soup", "enzyme kinetics",
    "a football match", "the roman empire", "a mountain lake", "a sleeping cat", "sorting a list",
    "a birthday party", "an electric guitar", "quantum physics", "a red bicycle", "insurance",
    "a chess opening", "a church tower", "tomato plants", "a train station", "a love letter",
    "knitting a scarf", "a snow storm", "the moon", "a parliament", "a shopping list", "a whale",
    "medieval warfare", "a hotel room", "a kitchen sink", "climate change", "a marathon",
    "garden roses", "a computer screen", "the dentist", "a piano sonata", "a desert", "red wine",
    "regular expressions", "an airport", "a broken window", "mortgage rates", "a teddy bear",
    "a thesis", "a street market", "a lighthouse", "tectonic plates", "a horse race", "yoga",
    "a circuit board", "a courtroom", "a waterfall", "fashion", "a coffee cup", "an octopus",
    "a spaceship", "a bridge at night", "grief", "a school class", "a tractor", "a map of the city",
    "a dictionary", "the alphabet", "a protest", "a hospital",
)  # fmt: skip
