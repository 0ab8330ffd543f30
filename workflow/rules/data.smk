# Raw data: MNIST to the byte, and letters.
from gradfree.tasks.images import FILES

MNIST_FOLDER, FONTS_FOLDER, LETTERS_FOLDER = (
    "results/data/mnist",
    "results/data/fonts",
    f"{RESULTS}/data/letters",
)


rule fetch_digits:
    output:
        expand(f"{MNIST_FOLDER}/{{file}}", file=FILES.values()),
    log:
        "results/data/logs/fetch_digits.log",
    localrule: True
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        user_folder=CONFIG.data.folder,
    message:
        "MNIST: the four files, from the first source that has them"
    script:
        "../../scripts/fetch_digits.py"


rule fetch_fonts:
    output:
        "results/data/fonts.txt",
    log:
        "results/data/logs/fetch_fonts.log",
    localrule: True
    resources:
        runtime=15,
    params:
        folder=FONTS_FOLDER,
    message:
        "Fonts with open licenses, to draw letters with"
    script:
        "../../scripts/fetch_fonts.py"


rule letters:
    input:
        [] if CONFIG.data.notmnist_folder else rules.fetch_fonts.output,
    output:
        images=expand(f"{LETTERS_FOLDER}/{{file}}", file=FILES.values()),
        record=f"{LETTERS_FOLDER}/letters.json",
    log:
        f"{RESULTS}/logs/letters.log",
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        sizes=CONFIG.data.letters.model_dump(),
        root_seed=CONFIG.root_seed,
        notmnist_folder=CONFIG.data.notmnist_folder,
        fonts=FONTS_FOLDER,
        code=code("gradfree.tasks.letters", "gradfree.randomness"),
    message:
        "Letters A to J: notMNIST, or drawn from fonts; test letters are of unseen families"
    script:
        "../../scripts/make_letters.py"


def images(name):
    """The files of an image set."""
    return rules.fetch_digits.output if name == "digits" else rules.letters.output
