"""Queries of the find benchmark, written for it: paraphrases, and subjects that are not there."""

# What somebody would type who has forgotten the name → the title of the note that is meant.
PARAPHRASES = {
    "make a duplicate of a nested structure": "copy",
    "print big structures nicely": "pprint",
    "choose a random element several times with weights": "random.choices",
    "shuffle cards or roll dice": "random",
    "remember results of a function so it need not compute again": "functools.lru_cache",
    "keep a wrapped function's name and docstring": "functools.wraps",
    "fix some arguments of a method in a class": "functools.partialmethod",
    "run an external program and wait for it": "subprocess.run",
    "start a program in the background and talk to it": "subprocess.Popen",
    "delete a whole directory with everything inside": "shutil.rmtree",
    "copy a directory recursively": "shutil.copytree",
    "how much space is left on the disk": "shutil.disk_usage",
    "where is an executable on my path": "shutil.which",
    "how wide is my console window": "shutil.get_terminal_size",
    "walk through all files in all subfolders": "os.walk",
    "create a folder and its parents": "os.makedirs",
    "read an environment variable": "os.getenv",
    "measure how fast a snippet runs": "timeit",
    "words that are similar to a misspelled word": "difflib.get_close_matches",
    "show the differences between two files side by side in a web page": "difflib.HtmlDiff",
    "break a long paragraph into lines of fixed width": "textwrap.wrap",
    "remove common leading whitespace": "textwrap.dedent",
    "cut a text off with an ellipsis": "textwrap.shorten",
    "escape special characters for a web page": "html.escape",
    "average of numbers": "statistics.mean",
    "the middle value of a data set": "statistics.median",
    "fit a straight line through points": "statistics.linear_regression",
    "how strongly two variables move together": "statistics.correlation",
    "standard deviation of a sample": "statistics.stdev",
    "draw a ring with a pen": "turtle.circle",
    "lift or lower settings of the drawing pen": "turtle.pen",
    "change the window background colour of the drawing": "turtle.bgcolor",
    "wait until several threads have arrived": "threading.Barrier",
    "run a function after some seconds in another thread": "threading.Timer",
    "lock that the same thread can take twice": "threading.RLock",
    "limit how many workers may enter at once": "threading.Semaphore",
    "merge several sorted inputs": "heapq.merge",
    "count how often things occur": "collections.Counter",
    "dictionary with a value for missing keys": "collections.defaultdict",
    "tuple whose fields have names": "collections.namedtuple",
    "search several dictionaries as one": "collections.ChainMap",
    "pairs of two lists where the shorter one is padded": "itertools.zip_longest",
    "all combinations of several lists, like nested loops": "itertools.product",
    "group consecutive equal items": "itertools.groupby",
    "parse command line options": "argparse",
    "send an email by a mail server": "smtplib",
    "read mail from a mailbox server": "imaplib",
    "download a file from an address": "urllib.request.urlretrieve",
    "unique identifiers": "uuid",
    "safe random token for a password reset link": "secrets.token_urlsafe",
    "check that a message was not tampered with using a secret key": "hmac.new",
    "fingerprint of a file's contents": "hashlib.file_digest",
    "list files that match a wildcard": "glob.glob",
    "temporary folder that cleans up after itself": "tempfile.TemporaryDirectory",
    "ignore certain exceptions in a block": "contextlib.suppress",
    "send printed output to a file instead": "contextlib.redirect_stdout",
    "write a with-statement helper as a generator": "contextlib.contextmanager",
    "close something at the end of a block": "contextlib.closing",
    "convert an object into text for the web interchange format": "json.dumps",
    "read settings from an ini file": "configparser",
    "a class that only holds data, with generated constructor": "dataclasses.dataclass",
    "replace some fields of a frozen record": "dataclasses.replace",
    "named constants": "enum.Enum",
    "exact arithmetic with numerators and denominators": "fractions.Fraction",
    "money calculations without rounding errors": "decimal.Decimal",
    "are two floating point numbers nearly the same": "math.isclose",
    "number of ways to choose k of n": "math.comb",
    "straight-line distance of two points": "math.dist",
    "difference between two dates": "datetime.timedelta",
    "turn a string into a time": "time.strptime",
    "replace a function by a fake in a test": "unittest.mock.patch",
    "test the examples in docstrings": "doctest",
    "step through a program and look at variables": "pdb — The Python Debugger",
    "leave a loop early": "The break statement",
    "skip to the next round of a loop": "The continue statement",
    "small unnamed function": "Lambdas",
    "which operator binds stronger": "Operator precedence",
    "change a variable of the enclosing function": "The nonlocal statement",
    "do nothing": "The pass statement",
    "where is the source code of a function": "inspect.getsource",
}

# Everyday subjects, none of which is in a documentation of Python.
ABSENT_NOTES = tuple(
    """
    apple pie recipe; hiking boots for the alps; my grandmother's birthday; football league results;
    wedding speech; pruning roses in spring; mortgage interest; the fall of the roman empire;
    yoga for beginners; tuning an electric guitar; night train to berlin; dentist appointment;
    baby names; tomato soup with basil; photosynthesis of plants; the apollo moon landing;
    piano sonata by beethoven; puppy training; holiday in andalusia; car insurance claim;
    melting glaciers; sweater knitting; diary of a teenager; wine tasting in tuscany;
    marathon training; tax refund; kitchen renovation; chicken curry; bicycle tyre puncture;
    divorce lawyer; kindergarten enrolment; blood pressure medication; migraine remedies;
    sourdough starter; gardening with clay soil; bird watching; sailing across the atlantic;
    medieval knights; french revolution; impressionist painters; opera tickets;
    horse riding lessons;    skiing accident; vaccination schedule; pregnancy week by week;
    electricity bill; flat to rent;
    moving house checklist; christmas presents; easter eggs; halloween costume; pumpkin soup;
    barbecue marinade; cocktail recipes; espresso machine descaling; vegetarian lasagne;
    broken washing machine; garage door; lawn mower; swimming pool chlorine;
    solar panels on the roof;    heat pump; wood stove; stamp collection; antique furniture;
    jazz festival; rock concert;
    film noir; science fiction novels; poetry about autumn; love letters; meditation retreat;
    buddhist temples; cathedral architecture; volcano eruption; earthquake relief; coral reefs;
    whale migration; wolves in yellowstone; beekeeping; mushroom foraging; fly fishing; trout;
    chess grandmaster; poker night; board games for children; lego castle; model railway;
    sewing machine; pottery wheel; watercolour technique; portrait photography; dark room chemicals;
    vintage cars; motorcycle trip; airport lounge; passport renewal; visa application;
    currency exchange in japan; sushi restaurant; kimono; cherry blossom festival; samurai swords;
    viking ships; pyramids of giza; desert safari; camel ride; polar expedition; northern lights;
gluten-free bread; olive harvest; cheese fondue; dumpling fillings; strawberry jam; school lunch;
broken ankle; hay fever; sleep apnoea; knee surgery; allergy to peanuts; dental implants;
wedding dress; bridesmaids; funeral flowers; retirement party; anniversary gift; thank you note;
landlord dispute; rent increase; real estate agent; house insulation; leaking roof; paint colours;
snow chains; electric scooter; petrol prices; camper van; parking ticket; traffic jam; bus strike;
beach volleyball; tennis elbow; ice hockey; boxing match; rowing club; olympic medals; judo belt;
ballet shoes; choir rehearsal; violin lessons; folk dance; museum visit; oil painting; sculpture;
fairy tales; detective novel; crossword puzzle; comic books; soap opera; celebrity gossip;
royal family; prime minister; peace treaty; world war two; the black death; slavery; vikings;
mountain huts; waterfall hike; campfire songs; sleeping bag; hot air balloon; scuba diving;
dairy cows; sheep shearing; horse stable; chicken coop; vegetable garden; compost heap; rabbits;
stray cats; aquarium fish; parrot cage; butterfly house; hedgehog in winter; oak trees; orchids;
perfume; lipstick; hair dye; knitted socks; leather shoes; winter coat; silver jewellery;
baptism; pilgrimage; monastery; carnival in rio; new year's eve; grandfather's stories
    """.replace("\n", " ").split(";")
)  # fmt: skip

# Abstract and technical subjects, none of which anybody draws as an emoji.
ABSENT_PICTURES = tuple(
    """
    quantum chromodynamics; tax return 2019; kubernetes cluster; enzyme kinetics; roman law;
    jurisprudence; mortgage amortisation; inflation rate; linear algebra proof; graduation thesis;
    insurance policy; protein folding; parliamentary procedure; welding technique;
    knitting pattern; podcast transcript; compiler optimisation; tectonic plates; invoice number;
    epistemology; existentialism; supply chain logistics; semiconductor lithography; database index;
    regression analysis; tensor calculus; baroque counterpoint; sonnet metre; etymology;
    sourdough hydration; soil acidity; monetary policy; antitrust regulation; patent application;
    clinical trial protocol; statistical significance; bayesian inference; gradient descent;
    operating system kernel; garbage collection algorithm; network latency; packet loss;
    encryption handshake; software licence; version control merge conflict; unit test coverage;
    quarterly earnings; shareholder meeting; hostile takeover; pension fund; unemployment benefit;
    zoning ordinance; building permit; plumbing code; hydraulic pressure; torque specification;
    thermodynamic entropy; superconductivity; particle accelerator; spectroscopy; chromatography;
    polymer chemistry; crystallography; plate boundary; sedimentary layers; glacial moraine;
    photosynthesis equation; mitochondria; ribosome; gene sequencing; antibody titre; epidemiology;
    anaesthesia dosage; differential diagnosis; orthodontic treatment; cognitive therapy;
    attachment theory; behavioural economics; game theory equilibrium; voter turnout;
    constitutional amendment; treaty ratification; trade deficit; customs tariff; census data;
    urban planning; traffic modelling; acoustic insulation; concrete curing; load-bearing beam;
    carburettor adjustment; gearbox ratio; suspension geometry; aerodynamic drag; jet turbine blade;
    orbital mechanics; radio frequency interference; antenna gain; signal processing;
    fourier transform;    image compression; colour grading; screenplay structure;
    narrative perspective; free verse;
    phonology; syntax tree; translation memory; archival cataloguing; provenance research;
tax deduction; accounts payable; cash flow statement; audit report; procurement process; tender;
lease agreement; power of attorney; probate; class action lawsuit; subpoena; habeas corpus;
federalism; proportional representation; foreign policy doctrine; land reform; welfare state;
epigenetics; natural selection; cell membrane; amino acids; vaccine efficacy; placebo effect;
chemotherapy regimen; blood cholesterol; insulin resistance; autoimmune disease; physiotherapy;
plasma physics; string theory; black body radiation; fluid dynamics; refractive index; isotopes;
organic chemistry; catalysis; titration; stoichiometry; electrolysis; distillation column; alloys;
topology; group theory; prime factorisation; differential equations; probability density; matrices;
neural network weights; hash table collision; recursion depth; memory leak; race condition;
api versioning; cloud migration; load balancing; firewall rules; password policy; spam filter;
search engine ranking; user interviews; agile retrospective; project milestones; job description;
performance review; annual leave; minimum wage; collective bargaining; apprenticeship; payroll;
curriculum reform; lecture notes; reading comprehension; academic citation; peer review; plagiarism;
stoicism; utilitarianism; free will; moral relativism; logical fallacy; hermeneutics; aesthetics;
gothic architecture; art history lecture; perspective drawing; typeface design; sonata form;
dramatic irony; oral history; dialect survey; phonetic transcription; loanwords; verb conjugation;
soil erosion; crop rotation; groundwater level; carbon footprint; biodiversity loss; air quality;
wage gap; housing shortage; commuter statistics; public procurement; trade union; interest rates
    """.replace("\n", " ").split(";")
)  # fmt: skip

# What a picture shows, in other words than its name → words one of which its name must have.
SYNONYMS = {
    "timepiece": "clock watch hourglass",
    "feline": "cat lion tiger leopard",
    "automobile": "car automobile",
    "infant": "baby",
    "monarch": "crown prince princess",
    "footwear": "shoe boot sandal sandals shoes",
    "spectacles": "glasses sunglasses goggles",
    "aeroplane": "airplane",
    "vessel on the sea": "ship ferry boat sailboat canoe speedboat",
    "stringed instrument": "guitar violin banjo",
    "dentistry": "tooth",
    "pachyderm": "elephant hippopotamus rhinoceros mammoth",
    "canine": "dog wolf fox poodle",
    "toxic": "poison skull biohazard radioactive",
    "bovine": "cow ox bull buffalo bison",
    "precipitation": "rain snow umbrella",
    "blaze": "fire",
    "pistol": "gun pistol",
    "cinema": "movie film cinema clapper",
    "pastry": "croissant pie cupcake cake doughnut pancakes",
    "liquor": "wine beer cocktail glass whisky tumbler champagne sake bottle",
    "equine": "horse unicorn zebra",
    "amphibian": "frog",
    "serpent": "snake",
    "bunny": "rabbit",
    "insect": "bug ant beetle cricket mosquito fly honeybee butterfly cockroach ladybug lady",
    "policeman": "police",
    "physician": "health doctor stethoscope",
    "instructor": "teacher",
    "spud": "potato",
    "aubergine": "eggplant",
    "maize": "corn",
    "sweets": "candy lollipop chocolate",
    "currency": "dollar euro pound yen banknote coin money",
    "correspondence": "envelope mail letter mailbox email",
    "locomotive": "locomotive train railway",
    "lorry": "truck lorry",
    "underwater animal": "fish octopus whale dolphin shark "
    "squid shrimp jellyfish crab lobster oyster",
    "sorcerer": "mage wizard",
    "deceased": "skull coffin headstone urn",
    "chilly": "cold snow ice snowflake snowman",
    "angry": "angry pouting enraged anger",
    "weeping": "crying loudly tear",
    "laughter": "joy laughing grinning squinting",
    "affection": "heart love kiss kissing hearts",
}

# Things of the same kinds as those that are drawn, which are not. Vectors of words cannot tell
# them from other names of what is there: how often they are taken for it is told, not limited.
SIBLINGS = tuple(
    """
    walrus; hyena; ferret; weasel; armadillo; ostrich; pelican; stork; vulture; sparrow; salmon;
    tuna; herring; papaya; fig; apricot; plum; raspberry; cauliflower; asparagus; celery;
    radish; trombone; cello; harp; oboe; xylophone; tuba; clarinet; submarine; hovercraft;
    zeppelin; bulldozer; excavator; forklift; carpenter; plumber; dentist; butcher; blacksmith;
    librarian; wardrobe; bookshelf; chandelier; blender; toaster; refrigerator; daffodil;
    orchid; dandelion; hexagon; pentagon; seahorse; starfish; platypus; emu; porcupine; jackal;
    lynx; chinchilla; quail; pheasant; toucan; swordfish; eel; mussel; pomegranate; lychee;
    rhubarb; artichoke; fennel; parsley; bassoon; piccolo; mandolin; harpsichord; gondola;
    yacht; snowmobile; unicycle; moped; minivan; quilt; carpet; curtain; pillowcase; nun;
    sailor; knight; archer; beekeeper; tailor; electrician
    """.replace("\n", " ").split(";")
)  # fmt: skip
