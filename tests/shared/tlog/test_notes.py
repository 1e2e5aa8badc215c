"""Signed notes, checkpoints and cosignatures against published ones."""

from __future__ import annotations

import base64

import pytest

from shared.tlog.checkpoints import Checkpoint, trusted
from shared.tlog.notes import LOG, WITNESS, BadNote, Note, SignerKey, VerifierKey, cosigned, opened, sign
from tests.shared.tlog.vectors import COSIGNATURE_TIME, COSIGNED, NOTE, SIGNER, TEXT, VERIFIER


def test_a_note_is_signed_byte_for_byte_as_go_signs_it() -> None:
    assert sign(TEXT, [SignerKey.parse(SIGNER)]) == NOTE


def test_keys_are_written_as_go_writes_them() -> None:
    key = SignerKey.parse(SIGNER)
    assert (key.encoded(), str(key.verifier)) == (SIGNER, VERIFIER)
    assert VerifierKey.parse(VERIFIER) == key.verifier


def test_a_note_that_a_known_key_signed_is_opened() -> None:
    assert opened(NOTE, [VerifierKey.parse(VERIFIER)]).text == TEXT


def test_every_letter_of_text_and_signature_counts() -> None:
    key = VerifierKey.parse(VERIFIER)
    for place in (0, len(TEXT) - 2, len(NOTE) - 20):
        changed = NOTE[:place] + ("A" if NOTE[place] != "A" else "B") + NOTE[place + 1 :]
        with pytest.raises(BadNote):
            opened(changed, [key])


def test_signatures_of_unknown_keys_are_passed_over_but_one_known_key_must_have_signed() -> None:
    known, unknown = SignerKey.make("log.example"), SignerKey.make("log.example")
    note = sign("text\n", [unknown, known])
    assert list(opened(note, [known.verifier]).signed_by([known.verifier])) == [known.verifier]
    with pytest.raises(BadNote, match="no known key"):
        opened(sign("text\n", [unknown]), [known.verifier])


def test_a_cosignature_is_the_witness_at_its_time() -> None:
    witness, log = SignerKey.make("witness.example", WITNESS), SignerKey.make("log.example")
    text = Checkpoint("log.example", 3, bytes(32)).text
    note = Note.parse(sign(text, [log]) + witness.sign(text, 1_700_000_000))
    assert note.signed_by([witness.verifier]) == {witness.verifier: 1_700_000_000}
    assert VerifierKey.parse(str(witness.verifier)).kind == WITNESS


def test_the_published_cosignature_reads_as_published() -> None:
    note = Note.parse(COSIGNED)
    (log, log_id, _), (witness, witness_id, stamped) = note.signatures
    assert (log, witness) == ("example.com/behind-the-sofa", "witness.example.com/w1")
    assert int.from_bytes(stamped[:8], "big") == COSIGNATURE_TIME
    assert len(stamped) == 8 + 64
    assert (log_id.hex(), witness_id.hex()) == ("033de0ae", "8d66cf3f")
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.size, checkpoint.text) == (20852163, note.text)
    assert cosigned(note.text, COSIGNATURE_TIME).startswith("cosignature/v1\ntime 1679315147\nexample.com/behind")


def test_a_private_key_never_shows_in_words() -> None:
    key = SignerKey.make("log.example")
    secret = base64.b64encode(bytes([LOG]) + key.seed).decode()
    assert secret not in repr(key)
    assert secret not in str(key)
    damaged = key.encoded().replace(key.verifier.id.hex(), "00000000")
    with pytest.raises(BadNote) as caught:
        SignerKey.parse(damaged)
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        VERIFIER.replace("c74f20a3", "c74f20a4"),
        VERIFIER[:-4],
        VERIFIER.replace("+ARpc", "+ZRpc"),
        "a b+00000000+AA==",
        VERIFIER + "!",
    ],
)
def test_a_broken_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\tbed", "no\u00a0break"])
def test_a_key_can_not_have_a_name_with_blanks_or_a_plus(name: str) -> None:
    with pytest.raises(BadNote):
        SignerKey.make(name)


@pytest.mark.parametrize(
    "raw",
    ["", "text\n", "text\n\n", NOTE[:-1], NOTE.replace("— ", "- "), NOTE.replace("then", "th\ten"), TEXT + "\n\n"],
)
def test_what_is_no_note_is_refused(raw: str) -> None:
    with pytest.raises(BadNote):
        Note.parse(raw)


@pytest.mark.parametrize(
    "text", ["a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\n!\n", "a\n1\nAAAA\n", "a\n\n1\nA\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_log_is_not_trusted_though_the_key_signed_it() -> None:
    key = SignerKey.make("log.example")
    with pytest.raises(BadNote, match=r"other\.example"):
        trusted(sign(Checkpoint("other.example", 1, bytes(32)).text, [key]), [key.verifier])
