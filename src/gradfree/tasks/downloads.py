"""Files from the web, PyPI and npm, downloaded but never installed; and the fonts that letters are drawn with."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gradfree.tasks import idx

CONNECT_TIMEOUT_S = 10  # per connection and per read
COMMAND_TIMEOUT_S = 600

# One family of design per wheel, so that families are independent of each other (no Roboto beside Roboto Condensed);
# each wheel holds the font files as Google Fonts publishes them and their license: SIL OFL 1.1, but Apache 2.0 for
# Permanent Marker and Roboto Slab.
FONT_WHEELS = """
fontpkg-abel==1.3 --hash=sha256:e6ad0e8e4bf346595d7a9f42f8e1d5e9a9368e6f28095a2fd54d958eb10bbb27
fontpkg-abril-fatface==1.1 --hash=sha256:3ed5bfda9351aa0941bd168e3935f078c30665552059a3193f1b63b9d4f96475
fontpkg-acme==1.2 --hash=sha256:175011eb344f3836541f3def33f4be9a967501302d6215ebc15fe208577400d7
fontpkg-alfa-slab-one==2.0 --hash=sha256:d8dab1cf0da9706010eb422221a6edbbeb20f65542f03dc0318e5c15c61a2b37
fontpkg-anton==2.116 --hash=sha256:019bd761acc525b186dfbdc9fd62fd0dfdb44f0347bba1ef604b4aefc9a60625
fontpkg-archivo==2.1 --hash=sha256:4d743ab744bbaddd8f865ecd4eccda2c02af8d6eecbcfa2aa96a81ee04ffd0fc
fontpkg-arvo==1.6 --hash=sha256:f3caf38b561bf547a1b886c31d8cb8a7ef6249c00890ec1b53881cb940a12aa0
fontpkg-asap==3.2 --hash=sha256:8d794ee77118d4e78baac556b2de6d13bf82ca8ad3ae053a35a74458d138b768
fontpkg-barlow==1.408 --hash=sha256:04165f5e6c4fcdf657b60f66c88c1e9c5536f7d1d4bf58077cbad65c5c6a5420
fontpkg-bebas-neue==2.0 --hash=sha256:f6b9fedefec415385255a495c1bea02f3d26ee6e443798d9cfbd457ede6e5e6d
fontpkg-bitter==3.21 --hash=sha256:0a55a79b3bb239fab78e0ba3dac635d79271acac48dc20e5717e3b486badf428
fontpkg-black-ops-one==1.4 --hash=sha256:2095d055a4dca526b4ec263315a2d5c7ab47a140c8f92ddc65534c772b7a2fc4
fontpkg-bodoni-moda==2.5 --hash=sha256:cc7cc1f7eff2fdc6e0bef016ac878edb8f482d16ff4a2755eabbb5657690460b
fontpkg-cabin==3.1 --hash=sha256:2a6f7ecbe0d2b4cf72aa257702c77b175484b21885b7ff6e0ddb713b3da1e791
fontpkg-cardo==1.45 --hash=sha256:d9add3eb290e717821b28adba99e2119397dfe27665f6736ac113dddab790116
fontpkg-catamaran==2.0 --hash=sha256:0839b8c6178f548c93750d617e78fe75a8409acb53c1414aa7114bb34cd8ca54
fontpkg-caveat==2.0 --hash=sha256:fcab480da07243af667fd70098d54f34129f8e5c42c1bf5da5c5842b7c187c19
fontpkg-chakra-petch==1.0 --hash=sha256:b163d1ec4e5b0859473723fa5465a82d9dbc4d5f266eda940bb631e93d1a884b
fontpkg-cinzel==2.0 --hash=sha256:8cccc36b6e101a96fbe2fea3f3a51cb9207e7a98e09ac41b20d159a410ec7c45
fontpkg-comfortaa==3.105 --hash=sha256:586f915b9fa8f389d3453e1fa8423b275d18c54d35830dc168b70b21e5ba1250
fontpkg-cormorant==4.0 --hash=sha256:152ec11607cc41112eb61551cef3e563315ca994d0803510c6f77b3b28cb61fd
fontpkg-crimson-text==1.100 --hash=sha256:25e7eeb1b3aa5381d17d629f3e099b0342feba1e721ae61371f6730b036bbb44
fontpkg-delius==1.1 --hash=sha256:1b20ada0a77dab0c680ba8d8881fbce8ea33ba22b898d34684a96c982f76ad03
fontpkg-domine==2.0 --hash=sha256:729f0d7d295c32f133779a2c3fa66487d2db9bebe8a79328af4768ad75280215
fontpkg-dosis==3.2 --hash=sha256:689d3eb3535121abaffd9bedb7cf453c355271166d359a31efadced8c53f5f52
fontpkg-eb-garamond==1.3 --hash=sha256:026191b72c59d5fa6657657b49972604bb583fbe496e16afbb0d3849b6bd62b7
fontpkg-exo-2==2.10 --hash=sha256:88e1ce85e7eb52f0916e1305e132a0f374fc564ba2b96b58f4907244c2f5df53
fontpkg-fjalla-one==1.2 --hash=sha256:c593e5a43b8231ef6537c44a45c51cd4e3fbf5dd7a329e60bf032f6f96a0325b
fontpkg-fraunces==1.0 --hash=sha256:5215b2c1e177b969ba977e0b01cde6794d1c3ccc8b61da47c5a91f0c53544119
fontpkg-ibm-plex-mono==2.3 --hash=sha256:a4ac4311b1fe40e715a5b93e7bdefb6d23d608217f560e064446b25c1ffa2804
fontpkg-inconsolata==3.1 --hash=sha256:9428dd98d26739e511fc97032c22c35666f925a686119fc91c9540801bea67f1
fontpkg-indie-flower==2.0 --hash=sha256:30fd37149b5d91068e7614628b0f3d139d9fb880929d7e163d389691d778c21d
fontpkg-inter==4.1.post1 --hash=sha256:b1105c8b368787112e9352ba657fe4fd32feb0722cc3046a308f65962298ddf8
fontpkg-jetbrains-mono==2.211 --hash=sha256:546e53afe7048f4c4ac2be8cbc00c42d7208bb5f6cd00f852225aa2797335de4
fontpkg-josefin-sans==2.1 --hash=sha256:6258776465b3f181be11ae87f8dfc91ea258f87eb4ce687bdd1f56658cdb35ab
fontpkg-jost==3.710 --hash=sha256:d07df39b95a466cb5c7b9901bffa7eefdcd62197161d6ca350033c45ff193689
fontpkg-kalam==2.1 --hash=sha256:6effb7ee67f3b862de84524a705beb362777153da60c4417805c93b3548e147d
fontpkg-karla==2.4 --hash=sha256:78ef7f3772d7794b45a553d58add78bdb916239a1dc0d77874d35920ad3fdaeb
fontpkg-lato==2.15 --hash=sha256:7bce7eef5522260b06ab597c21edd20d840c89909f0ec9b8ac3da2812a43ed93
fontpkg-libre-baskerville==2.5 --hash=sha256:649dfdafc2d2ce20e87e53ee1d51c887bb15bc0da00c2e8aa01465c6df2534b5
fontpkg-lilita-one==1.2 --hash=sha256:e82e4cfb5b62b3c7b5aa12f052d50c05b763d9b145382717d1fb888216348166
fontpkg-lobster==2.100 --hash=sha256:34c366bf94110496fddb53d8f3afd83e72487461342df013f5fc49862f5fc29c
fontpkg-lora==3.8 --hash=sha256:b0d7761989bf25e4b5f23e2d5964bd896fcac2a7e2719a294c19fe5235552043
fontpkg-marcellus==1.0 --hash=sha256:19903f86d2c419ca7f32869682655e23374d4a33dab7502d24bdaabc60ff3339
fontpkg-merriweather==2.100 --hash=sha256:61aefb10d743f23dc59c07a26c21f7ad0b181cc7e1ad304d6527df792bc4d7da
fontpkg-montserrat==9.0 --hash=sha256:0baf3f7a2061e590a1511bce18bd06c437bf124dc87f8b710eeab2f2d0efe6d1
fontpkg-nunito==3.602 --hash=sha256:aa03f5c6cced0c3a12ae980f517b3d3c4c92aeb1a60abd8637ba5ae978031bf2
fontpkg-open-sans==3.3 --hash=sha256:de2b20526dacabfb0b7f736b01a6c0175b9d6a3e83453ea14d268c59dec0424c
fontpkg-orbitron==2.1 --hash=sha256:dac61edd20093fd3005afa0195a2350bbc7015f54c0a05534d16b87bf72e0d7e
fontpkg-oswald==4.103 --hash=sha256:8289985a11990f95c4cedf88fc2d613274de4b8083d84b28d0fecc8049109186
fontpkg-permanent-marker==1.1 --hash=sha256:3bda49f36186ba545f07b5610f4670e68e68b3b9ad1fa5007d34910a55753675
fontpkg-playfair-display==1.203 --hash=sha256:5941b14cc9742d6d93b8a163b4582b81761d1fd99fbe312ad2efb116f1d1106e
fontpkg-pt-serif==1.0 --hash=sha256:f3980ea3ffb56e34d65d8e425ffedd012dbd8313dcff9780fc7476712d98b2af
fontpkg-questrial==2.0 --hash=sha256:00663fd9b62fdc7b898dad36f0e4478c9a2b0e8427563ebf9a254ea6b61cdab3
fontpkg-quicksand==3.6 --hash=sha256:c4221101ae338f59cff91b5ba9e2516b8f965b8df81379371e8ee3ab3bf444b6
fontpkg-raleway==4.26 --hash=sha256:25ff0a6368821242c5cf840fa5a0c3d6c1da3cc2029a7409c7ca714dab40e862
fontpkg-righteous==1.0 --hash=sha256:46ad39585ec34800ad2df26a65d47c7085fb7f654b411473a425979b15b7a147
fontpkg-roboto-slab==2.2 --hash=sha256:48e15750db5677f21c23590e92d7889c40e104cd9bf9ab1f38b6432c2ae6d72c
fontpkg-rowdies==1.0 --hash=sha256:6780698abbdeff99b9c4b8414c71794f5bd018b465055d584fdcd475a1e3124f
fontpkg-russo-one==1.0 --hash=sha256:e7a1b6613894e0872049ecb183aadb0e25d4a06435a89b3cc83adac70bf0e0ee
fontpkg-shadows-into-light==1.0 --hash=sha256:342bece4a8f7f0e55de8162079804b0a50a31a95a4f220250318398a6775d2c2
fontpkg-source-code-pro==1.26 --hash=sha256:986a0c5b67ed28c3753b49d9c51139f1dfb517c9b441b901c79cb7545076089f
fontpkg-space-mono==1.3 --hash=sha256:e3b106370fee08de2a63d87d5b8c24fb1bb0c474a3f0b3c95832c239e14e5c7a
fontpkg-titillium-web==1.2 --hash=sha256:156fdfc93c986f5dac07f3f7dbc301365d4e6bc5fb03489806275a9b5eedd361
fontpkg-vollkorn==5.1 --hash=sha256:c795b540e38e406d8da872b19791da1411f88f22b0b75c5e927f9572d48d2365
fontpkg-zilla-slab==1.2 --hash=sha256:d1163b58e383e33f28c5788b232bf85fd51fa20a9661bdeadb1006086862492d
""".strip().splitlines()


class DataUnavailable(RuntimeError):
    """No source has the data; the message says what was tried and what the user can do."""


def web_get(url: str, folder: Path) -> bytes:
    """Content of `url`, one attempt with a short time-out, stored in `folder`. Raises what `pooch` raises (OSError)."""
    import pooch

    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(timeout=CONNECT_TIMEOUT_S, progressbar=False)
    return Path(pooch.retrieve(url, known_hash=None, path=folder, downloader=downloader)).read_bytes()


def pip_download(requirements: Sequence[str], folder: Path) -> None:
    """Puts the wheels of pinned requirements (lines of a requirements file with `--hash`) into `folder`.

    pip checks the hashes, and runs no code of the packages because it may take wheels only.
    Raises RuntimeError with pip's last line if that fails, subprocess.TimeoutExpired after 600 s.
    """
    with tempfile.TemporaryDirectory() as lists:
        pins = Path(lists) / "pins.txt"
        pins.write_text("\n".join(requirements))
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        patience = ["--timeout", str(CONNECT_TIMEOUT_S), "--retries", "1"]
        _run([sys.executable, "-m", "pip", "download", *options, *patience, "-d", str(folder), "-r", str(pins)])


def npm_pack(package: str, folder: Path) -> Path:
    """The archive of an npm package, `name@version`, put into `folder`; none of its scripts runs.

    Raises FileNotFoundError without npm, RuntimeError with npm's last line if npm fails.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    _run([npm, "pack", package, "--ignore-scripts", "--fetch-retries=1", "--pack-destination", str(folder)])
    return next(folder.glob("*.tgz"))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False)
    if done.returncode:
        # pip and npm put the reason last, before hints and notices
        lines = [line for line in done.stderr.splitlines() if "ERR" in line.upper()] or done.stderr.splitlines()
        name = " ".join(Path(part).name for part in command[:4])
        raise RuntimeError(f"`{name} ...` ended with code {done.returncode}: {' '.join(lines[-2:]) or 'no message'}")


def fetch_fonts(folder: Path) -> list[Path]:
    """Puts all FONT_WHEELS (about 29 MB) into `folder` and lists them; those already there are not downloaded again.

    Raises DataUnavailable if pip cannot get them, idx.WrongChecksum if `folder` holds a wheel that is none of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    present = {idx.sha256(wheel.read_bytes()) for wheel in folder.glob("*.whl")}
    missing = [pin for pin in FONT_WHEELS if pin.rpartition(":")[2] not in present]
    if missing:
        try:
            _add_wheels(missing, folder)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            raise DataUnavailable(
                f"{len(missing)} of {len(FONT_WHEELS)} font packages could not be downloaded: {error}\n"
                f"Connect to the network and run again, or put their wheels into {folder}, or give the letters of "
                "notMNIST (configuration key `data.notmnist_folder`). Missing:\n  " + "\n  ".join(missing)
            ) from error
    return checked_fonts(folder)


def _add_wheels(pins: Sequence[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as part:  # the same disk, so that each wheel is renamed into place
        pip_download(pins, Path(part))
        for wheel in Path(part).glob("*.whl"):
            wheel.replace(folder / wheel.name)


def checked_fonts(folder: Path) -> list[Path]:
    """The wheels in `folder`, sorted by name, which have to be exactly FONT_WHEELS.

    Raises idx.WrongChecksum for a wheel that is none of them, DataUnavailable if some are missing.
    """
    pinned = {pin.rpartition(":")[2] for pin in FONT_WHEELS}
    wheels = sorted(folder.glob("*.whl"))
    remedy = f"Delete {folder} and run `snakemake --forcerun fetch_fonts`."
    for wheel in wheels:
        found = idx.sha256(wheel.read_bytes())
        if found not in pinned:
            raise idx.WrongChecksum(f"{wheel} has SHA-256 {found}, which none of the pinned fonts has. {remedy}")
    if len(wheels) != len(pinned):
        raise DataUnavailable(f"{folder} holds {len(wheels)} font packages, expected {len(pinned)}. {remedy}")
    return wheels
