"""A Salesforce org of three reps and two accounts, exported object by object."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.playbook import Playbook
from answerback.sources.crm.rules import check_dialect
from answerback.sources.salesforce import DIALECT, SOURCE
from tests.sources.readings import OURS, Loaded, load

FIXTURES = Path(__file__).parent / "fixtures"
API = FIXTURES / "api"
ANN, BO = "0055g00000AnnArAAA", "0055g00000BoBerAAF"
CLEO, ERI = "0035g00000CleoDAAA", "0035g00000EriKsAAA"
FJORD, DEAL = "0015g00000FjordAAA", "0065g00000OppOnAAA"


@pytest.fixture(scope="module")
def org() -> Loaded:
    return load(SOURCE, API)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_the_table_of_objects_fits_the_records() -> None:
    assert check_dialect(DIALECT) == []


def test_every_row_is_accounted_for(org: Loaded) -> None:
    rows = 0
    for path in API.iterdir():
        with path.open(newline="") as file:
            rows += sum(1 for _ in csv.DictReader(file))
    assert org.read == rows
    assert org.non_events == {
        "not_our_person": 1,
        "team_name": 1,
        "campaign": 1,
        "campaign_member_without_response": 1,
        "nothing_changed": 1,
        "told_by_opportunity_history": 1,
        "owner_by_name": 1,
        "other_field": 1,
        "copy_of_an_email": 1,
        "open_task_without_deal": 1,
        "copy_for_an_invitee": 1,
        "private": 1,
        "related_record": 1,
        "draft": 1,
        "internal_mail": 1,
        "other_table": 1,
    }
    assert org.reasons() == {("bad_time", "CompletedDateTime"): 1, ("missing", "rep_id"): 1}
    assert [each.place.at for each in org.rejects] == [11, 12]


def test_a_user_is_a_rep_with_the_team_of_their_role(org: Loaded) -> None:
    ann = org.of("rep", ANN)
    assert (ann["team"], ann["manager_id"], ann["email"]) == (
        "Field North",
        "0055g00000MiaMoAAA",
        "ann.archer@lumen.example",
    )


def test_short_ids_become_long_ones(org: Loaded) -> None:
    assert org.of("rep", BO)["team"] == "Inside Sales"
    assert org.of("effort", "00T5g00000NoAnsAAA")["rep_id"] == BO


def test_an_account_has_the_domain_of_its_website_and_knows_what_was_merged_into_it(org: Loaded) -> None:
    (own,) = [each for each in org.records["account"] if each["source_id"] == FJORD and "name" in each]
    assert (own["domain"], own["size_band"]) == ("fjordlights.example", "50-249")
    assert all(each["version_at"] <= own["version_at"] for each in org.records["account"] if each["source_id"] == FJORD)
    merged = org.of("decision", "0015g00000FjoldAAA-merged-account")
    assert (merged["kind"], merged["other_id"], merged["deleted"]) == ("merge", FJORD, False)
    assert org.of("account", "0015g00000FjoldAAA")["deleted"] is True


def test_a_web_lead_inquired_and_a_bought_one_did_not(org: Loaded) -> None:
    web = org.of("buyer_action", "00Q5g00000WebLeAAA-inquired")
    assert (web["kind"], web["evidence"], web["occurred_at"]) == ("inquired", "captured", at(2026, 3, 2, 7, 30))
    assert org.of("assignment", "00Q5g00000WebLeAAA-owner")["rep_id"] == BO
    fair = org.of("buyer_action", "00Q5g00000ConvLAAA-inquired")
    assert (fair["evidence"], fair["deal_id"]) == ("claimed", "0065g00000OppTwAAA")
    assert not [each for each in org.records["buyer_action"] if each["source_id"].startswith("00Q5g00000ListL")]
    # A queue is nobody: the bought lead is assigned to no rep.
    assert len(org.records["assignment"]) == 2


def test_a_converted_lead_is_merged_into_its_contact(org: Loaded) -> None:
    merged = org.of("decision", "00Q5g00000ConvLAAA-merged-contact")
    assert (merged["subject_id"], merged["other_id"]) == ("00Q5g00000ConvLAAA", ERI)


def test_amounts_are_minor_units_of_their_currency(org: Loaded) -> None:
    assert org.of("deal", DEAL)["amount_minor"] == 1_250_050
    assert org.of("deal", "0065g00000OppTwAAA")["amount_minor"] == 12_000  # yen have no minor unit


def test_a_history_in_any_order_becomes_changes(org: Loaded) -> None:
    stages = [each for each in org.records["deal_change"] if each["field"] == "stage"]
    assert [(each.get("old"), each["new"]) for each in stages] == [(None, "Qualify"), ("Qualify", "Proposal")]
    amounts = [each["new"] for each in org.records["deal_change"] if each["field"] == "amount"]
    assert amounts == ["1000000", "1250050"]
    (owner,) = [each for each in org.records["deal_change"] if each["field"] == "owner"]
    assert (owner["old_rep_id"], owner["new_rep_id"]) == ("0055g00000BoBerAAF", ANN)
    ends = {each["field"]: each["new"] for each in org.records["deal_change"] if each["deal_id"] != DEAL}
    assert ends == {"outcome": "lost", "loss_reason": "Price"}


def test_without_a_history_the_present_stage_is_the_only_change(tmp_path: Path) -> None:
    shutil.copy(API / "Opportunity.csv", tmp_path)
    alone = load(SOURCE, tmp_path)
    stage = alone.of("deal_change", f"{DEAL}-stage")
    assert (stage["new"], stage["occurred_at"]) == ("Proposal", at(2026, 3, 6, 11))


def test_a_dialled_call_that_was_answered_is_proof_and_a_typed_one_is_a_claim(org: Loaded) -> None:
    call = org.of("effort", "00T5g00000DialCAAA")
    answer = org.of("buyer_action", "00T5g00000DialCAAA-answered")
    assert (call["kind"], call["evidence"], call["minutes"]) == ("call", "captured", 3)
    assert (answer["kind"], answer["evidence"]) == ("answered_call", "captured")
    assert set(answer["refers_to"].split()) & set(call["reference"].split())
    typed = org.of("effort", "00T5g00000TypdCAAA")
    assert typed["evidence"] == "claimed"
    assert typed["occurred_at"] == at(2026, 3, 4, 15, 20)  # made precise by the row's creation on that day
    assert org.of("buyer_action", "00T5g00000TypdCAAA-answered")["evidence"] == "claimed"


def test_no_answer_is_no_act_and_a_refusal_is_one_believed_although_typed(org: Loaded) -> None:
    acts = {each["source_id"]: each["kind"] for each in org.records["buyer_action"]}
    assert not [name for name in acts if name.startswith("00T5g00000NoAns")]
    assert acts["00T5g00000NotInAAA-declined"] == "declined"
    assert acts["00T5g00000InboCAAA"] == "called"
    assert not [each for each in org.records["effort"] if each["source_id"] == "00T5g00000InboCAAA"]


def test_a_cadence_makes_a_sequence(org: Loaded) -> None:
    effort = org.of("effort", "00T5g00000NoAnsAAA")
    assert (effort["origin"], effort["template"]) == ("sequence", "March warm-up")


def test_the_task_beside_an_email_message_does_not_double_it(org: Loaded) -> None:
    assert not [each for each in org.records["effort"] if each["source_id"] == "00T5g00000ShadoAAA"]
    logged = org.of("effort", "00T5g00000LogEmAAA")
    assert (logged["kind"], logged["evidence"]) == ("email", "claimed")


def test_an_open_task_on_a_deal_is_a_promise_without_its_subject(org: Loaded) -> None:
    (promise,) = org.records["promise"]
    assert promise["deal_id"] == DEAL
    assert promise["due_at"] == at(2026, 3, 12)
    assert "what" not in promise
    keeping = Playbook.model_validate({"privacy": {"keep_subjects": True}})
    assert load(SOURCE, API, playbook=keeping).records["promise"][0]["what"] == "Send drawings"


def test_deleted_rows_are_tombstones(org: Loaded) -> None:
    gone = org.of("effort", "00T5g00000GoneTAAA")
    assert (gone["deleted"], gone["kind"]) == (True, "visit")


def test_asking_for_a_meeting_is_the_effort_and_the_answer_refers_to_it(org: Loaded) -> None:
    meeting = org.of("effort", "00U5g00000InviTAAA")
    assert (meeting["occurred_at"], meeting["evidence"]) == (at(2026, 3, 4, 9), "captured")
    accepted = org.of("buyer_action", "0RE5g00000RelCDAAA-answer")
    assert (accepted["kind"], accepted["refers_to"]) == ("accepted_meeting", "meeting:00U5g00000InviTAAA")
    assert org.of("buyer_action", "0RE5g00000RelEKAAA-answer")["kind"] == "declined_meeting"
    # A colleague's acceptance is no buyer's act.
    assert org.of("participant", "0RE5g00000RelBBAAA")["rep_id"] == "0055g00000BoBerAAF"
    assert not [each for each in org.records["buyer_action"] if each["source_id"].startswith("0RE5g00000RelBB")]


def test_a_meeting_logged_afterwards_took_place_when_it_did_and_is_a_claim(org: Loaded) -> None:
    logged = org.of("effort", "00U5g00000LogdMAAA")
    assert (logged["occurred_at"], logged["evidence"]) == (at(2026, 3, 5, 11), "claimed")
    assert org.of("buyer_action", "00U5g00000LogdMAAA-no-show")["kind"] == "no_show"


def test_mails_bear_both_ids_so_that_answers_meet_them_without_a_lookup(org: Loaded) -> None:
    mail = org.of("effort", "02s5g00000MailAAAA")
    answer = org.of("buyer_action", "02s5g00000MailBAAA")
    assert mail["reference"] == "message:a1@lumen.example message:sf-02s5g00000MailAAAA"
    assert answer["refers_to"] == "message:sf-02s5g00000MailAAAA"
    assert (answer["kind"], answer["about"]) == ("replied", "thread:T-1")
    assert (mail["rep_id"], mail["contact_id"]) == (ANN, "cleo.dale@fjordlights.example")


def test_new_mail_inquires_and_machines_do_not_answer(org: Loaded) -> None:
    assert org.of("buyer_action", "02s5g00000MailCAAA")["kind"] == "inquired"
    assert org.of("buyer_action", "02s5g00000MailEAAA")["kind"] == "auto_replied"
    assert org.of("buyer_action", "02s5g00000MailDAAA-bounced")["kind"] == "bounced"


def test_all_outside_recipients_take_part_and_colleagues_are_no_contacts(org: Loaded) -> None:
    took_part = {
        (each["contact_id"], each["role"])
        for each in org.records["participant"]
        if each["event_id"] == "02s5g00000MailAAAA"
    }
    assert took_part == {("cleo.dale@fjordlights.example", "to"), ("eri.kase@harbourgoods.example", "cc")}
    assert not [each for each in org.records["contact"] if each.get("email", "").endswith("@lumen.example")]


def test_opens_of_a_campaign_keep_their_kind_and_answers_inquire(org: Loaded) -> None:
    kinds = {each["source_id"]: (each["kind"], each["evidence"]) for each in org.records["buyer_action"]}
    assert kinds["00v5g00000MembAAAA"] == ("inquired", "captured")
    assert kinds["00v5g00000MembCAAA"][0] == "opened"


def test_coverage_says_from_when_on_the_buyers_side_was_recorded(org: Loaded) -> None:
    seen = {each["channel"]: (each["from"], each["to"]) for each in org.also["coverage"]}
    newest = at(2026, 3, 20, 8, 0, 1)
    assert seen["email"] == (at(2026, 3, 2, 9), newest)
    assert seen["call"] == (at(2026, 3, 3, 10, 15, 30), newest)
    assert set(seen) == {"email", "call", "calendar", "form"}


def test_typed_calls_alone_cover_nothing(tmp_path: Path) -> None:
    text = (API / "TASK.csv").read_text().splitlines(keepends=True)
    (tmp_path / "Task.csv").write_text(text[0] + text[2])
    assert load(SOURCE, tmp_path).also["coverage"] == []


def test_fivetran_names_mean_the_same() -> None:
    copied = load(SOURCE, FIXTURES / "fivetran")
    plain = load(SOURCE, API)
    of_api, of_copy = (dict(each.of("effort", "00T5g00000DialCAAA")) for each in (plain, copied))
    assert of_api == of_copy
    gone = copied.of("effort", "00T5g00000TypdCAAA")
    assert gone["deleted"] is True


def test_a_full_extract_is_declared_only_when_asked_for_and_only_if_whole(tmp_path: Path) -> None:
    assert load(SOURCE, API).full == []
    full = {each.type for each in load(SOURCE, API, options={"full": "true"}).full}
    assert {"effort", "rep", "deal", "case"} <= full
    shutil.copytree(API, tmp_path / "broken")
    (tmp_path / "broken" / "Task2.csv.gz").write_bytes(b"\x1f\x8bnothing")
    broken = load(SOURCE, tmp_path / "broken", options={"full": "true"})
    assert broken.full == []
    assert any(each.place.file == "Task2.csv.gz" for each in broken.rejects)


def test_one_instant_for_all_activities_is_no_time(tmp_path: Path) -> None:
    header, first, *_ = (API / "TASK.csv").read_text().splitlines()
    rows = [first.replace("DialC", f"Dial{letter}") for letter in "ABDEFG"]
    (tmp_path / "Task.csv").write_text("\n".join([header, *rows]))
    constant = load(SOURCE, tmp_path)
    assert constant.reasons() == {("constant_time", "occurred_at"): 6}
    assert [each.reason for each in constant.notes] == ["constant_time"]
    (tmp_path / "Task.csv").write_text("\n".join([header, *rows, rows[0].replace("10:15:30", "10:15:31")]))
    assert load(SOURCE, tmp_path).rejects == []


def test_digests_are_left_out_of_names_and_said(tmp_path: Path) -> None:
    (tmp_path / "Contact.csv").write_text(
        "Id,AccountId,LastName,Email\n0035g00000CleoDAAA,,1B2M2Y8AsgTpgAmY7PhCfg==,x\n"
    )
    masked = load(SOURCE, tmp_path)
    assert "name" not in masked.of("contact", CLEO)
    (note,) = masked.notes
    assert (note.reason, note.field) == ("masked", "name")


@pytest.mark.parametrize("options", [{"full": "yes"}, {"colour": "red"}])
def test_unknown_options_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        load(SOURCE, API, options=options)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match="no object of salesforce"):
        load(SOURCE, tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.encode("utf-16"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
)
def test_encodings_and_delimiters_make_no_difference(spoil: Callable[[str], bytes], tmp_path: Path) -> None:
    text = (API / "EventRelation.csv").read_text()
    (tmp_path / "EventRelation.csv").write_bytes(spoil(text))
    assert len(load(SOURCE, tmp_path).records["buyer_action"]) == 2


def test_a_company_known_from_a_mail_is_the_crms_own_where_one_has_its_domain(tmp_path: Path) -> None:
    (tmp_path / "Account.csv").write_text(
        "Id,Name,Website,IsDeleted\n"
        "0015g00000Acme1AAA,Acme,https://www.acme.example/en,false\n"
        "0015g00000GoneXAAA,Acme of old,acme.example,true\n"
        "0015g00000TwinNAAA,Twin North,twin.example,false\n"
        "0015g00000TwinSAAA,Twin South,twin.example,false\n"
    )
    mails = [
        f"02s5g00000Mail{number}AAA,jo@{domain},ann.archer@lumen.example,true,2026-03-0{number}T10:00:00Z,Re: offer,1"
        for number, domain in enumerate(("acme.example", "twin.example", "other.example"), start=1)
    ]
    head = "Id,FromAddress,ToAddress,Incoming,MessageDate,Subject,Status"
    (tmp_path / "EmailMessage.csv").write_text("\n".join([head, *mails]) + "\n")
    everybody = OURS.model_copy(update={"privacy": OURS.privacy.model_copy(update={"outside": "all"})})
    loaded = load(SOURCE, tmp_path, playbook=everybody)
    companies = {row["email"]: row["account_id"] for row in loaded.records["contact"]}
    assert companies == {
        "jo@acme.example": "0015g00000Acme1AAA",
        "jo@twin.example": "twin.example",
        "jo@other.example": "other.example",
    }
    # What a mail knows of the company is an older version of the CRM's own record.
    assert {row["source_id"] for row in loaded.records["account"] if row.get("domain") == "acme.example"} == {
        "0015g00000Acme1AAA",
        "0015g00000GoneXAAA",
    }
