"""Why something may not be done: reasons, verdicts, and the exception that carries a reason to the page."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Every reason a rule can give. The words a person reads are in `consult/web/errors.py`."""

    SIGN_IN = "sign_in"
    NOT_YOUR_ROLE = "not_your_role"
    PROFILE_INCOMPLETE = "profile_incomplete"
    NO_COLLECTIVITE = "no_collectivite"
    ATTACHMENT_PENDING = "attachment_pending"
    PARTNER_MAY_NOT = "partner_may_not"
    KIND_MAY_NOT_VOTE = "kind_may_not_vote"
    NOT_YOURS = "not_yours"
    STAGE_CLOSED = "stage_closed"
    REASON_MISSING = "reason_missing"

    WINDOW_INVERTED = "window_inverted"
    WINDOWS_OVERLAP = "windows_overlap"
    WINDOW_UNCHANGED = "window_unchanged"
    DATE_IN_THE_PAST = "date_in_the_past"
    RESULT_PROCLAIMED = "result_proclaimed"

    CODE_WRONG = "code_wrong"
    CODE_EXPIRED = "code_expired"
    TOO_MANY_TRIES = "too_many_tries"
    PARTNER_ATTACHED = "partner_attached"
    NOT_IN_REGISTER = "not_in_register"
    STILL_IN_REGISTER = "still_in_register"
    ALREADY_ATTACHED = "already_attached"
    TOO_MANY_PENDING = "too_many_pending"
    OWN_REQUEST = "own_request"
    ALREADY_DECIDED = "already_decided"
    ATTACHMENT_OVER = "attachment_over"
    ASKED_ANEW = "asked_anew"
    NOT_A_COLLEAGUE = "not_a_colleague"
    MANDATE_ENDED = "mandate_ended"
    INVITATION_CLOSED = "invitation_closed"
    INVITATION_NOT_YOURS = "invitation_not_yours"
    ALREADY_INVITED = "already_invited"
    TOO_MANY_INVITATIONS = "too_many_invitations"
    DOMAIN_SHARED = "domain_shared"
    DOMAIN_OF_THE_STATE = "domain_of_the_state"
    DOMAIN_KNOWN = "domain_known"
    NO_MAILBOX = "no_mailbox"
    TOO_MANY_CODES = "too_many_codes"
    PROOF_PUT_ASIDE = "proof_put_aside"
    SECOND_FACTOR = "second_factor"
    SECOND_FACTOR_WRONG = "second_factor_wrong"
    SECOND_FACTOR_LOCKED = "second_factor_locked"
    SECOND_FACTOR_NOT_ASKED = "second_factor_not_asked"
    OWN_SECOND_FACTOR = "own_second_factor"
    ADDRESS_UNCHANGED = "address_unchanged"
    ADDRESS_TAKEN = "address_taken"
    TOO_MANY_DOWNLOADS = "too_many_downloads"
    OIDC_OFF = "oidc_off"
    OIDC_DECLINED = "oidc_declined"
    OIDC_WRONG = "oidc_wrong"
    OIDC_AWAY = "oidc_away"
    OIDC_ADDRESS_TAKEN = "oidc_address_taken"
    IDENTITY_TAKEN = "identity_taken"
    ROLE_ALREADY_HELD = "role_already_held"
    ROLE_NOT_HELD = "role_not_held"
    LAST_ADMINISTRATOR = "last_administrator"

    NOT_AWAITING_TRIAGE = "not_awaiting_triage"
    ALREADY_TRIAGED = "already_triaged"
    NO_PROPOSAL = "no_proposal"
    ALREADY_GROUPED = "already_grouped"
    NOT_GROUPED = "not_grouped"
    SCHEME_CODE_TAKEN = "scheme_code_taken"
    ORGANISATION_MISSING = "organisation_missing"
    OWN_CONTRIBUTION = "own_contribution"
    NO_LONGER_SHARED = "no_longer_shared"
    ALREADY_SHARED = "already_shared"
    NOT_SHARED = "not_shared"

    CORRECTED_MEANWHILE = "corrected_meanwhile"
    DRAFT_CHANGED_ELSEWHERE = "draft_changed_elsewhere"
    DRAFT_IN_ANOTHER_NAME = "draft_in_another_name"
    DRAFT_PUBLISHED = "draft_published"
    DRAFT_TOO_LONG = "draft_too_long"
    TOO_MANY_DRAFTS = "too_many_drafts"
    FILE_TOO_BIG = "file_too_big"
    FILE_KIND = "file_kind"
    TOO_MANY_FILES = "too_many_files"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ALREADY_HIDDEN = "already_hidden"
    NOT_HIDDEN = "not_hidden"
    QUESTION_WAITS = "question_waits"
    NO_QUESTION = "no_question"
    NOTHING_TO_CONTEST = "nothing_to_contest"
    ALREADY_CONTESTED = "already_contested"
    CONTEST_TOO_LATE = "contest_too_late"
    ALREADY_ANSWERED = "already_answered"
    TOO_MANY_REPORTS = "too_many_reports"
    PROPOSAL_FROZEN = "proposal_frozen"
    PROPOSAL_CHANGED = "proposal_changed"
    PROPOSAL_ANSWERS = "proposal_answers"
    PROPOSAL_WITHDRAWN = "proposal_withdrawn"

    BALLOT_RULES_FROZEN = "ballot_rules_frozen"
    BALLOT_RULES_CHANGED = "ballot_rules_changed"
    BALLOT_RULES_UNCHANGED = "ballot_rules_unchanged"
    NO_VOTER = "no_voter"

    SUPPORTS_SPENT = "supports_spent"
    ALREADY_SUPPORTED = "already_supported"
    NOT_SUPPORTED = "not_supported"
    TALLIES_HIDDEN = "tallies_hidden"

    VOTE_NOT_OVER = "vote_not_over"
    DECISION_MISSING = "decision_missing"
    DECISION_CHANGED = "decision_changed"
    DECISION_UNCHANGED = "decision_unchanged"
    EXPLANATION_MISSING = "explanation_missing"
    RECUSED = "recused"
    RECUSED_SOMEWHERE = "recused_somewhere"
    ALREADY_RECUSED = "already_recused"
    NOT_RECUSED = "not_recused"
    OWN_RECUSAL = "own_recusal"
    NOT_PROCLAIMED = "not_proclaimed"
    NOT_RETAINED = "not_retained"

    ALREADY_INTERESTED = "already_interested"
    CHARTER_NOT_ACCEPTED = "charter_not_accepted"
    CHARTER_CHANGED = "charter_changed"
    CHARTER_UNCHANGED = "charter_unchanged"
    INSTRUCTION_UNCHANGED = "instruction_unchanged"
    NO_CORRECTION_ASKED = "no_correction_asked"
    PILOT_WITHOUT_PEOPLE = "pilot_without_people"
    PILOT_WITHOUT_TIME = "pilot_without_time"
    NOT_LIVE = "not_live"
    NOTHING_SAID = "nothing_said"
    OWN_INTEREST = "own_interest"
    GRID_FROZEN = "grid_frozen"
    GRID_IN_USE = "grid_in_use"
    GRID_UNSOUND = "grid_unsound"
    GRID_CHANGED = "grid_changed"
    GRID_UNCHANGED = "grid_unchanged"
    READING_INCOMPLETE = "reading_incomplete"
    NOTHING_PREPARED = "nothing_prepared"
    ANSWERS_CHANGED = "answers_changed"

    WORKSHOP_INVERTED = "workshop_inverted"
    WORKSHOP_IN_THE_PAST = "workshop_in_the_past"
    WORKSHOP_NOWHERE = "workshop_nowhere"
    WORKSHOP_CANCELLED = "workshop_cancelled"
    WORKSHOP_BEGUN = "workshop_begun"
    WORKSHOP_OVER = "workshop_over"
    WORKSHOP_NOT_OVER = "workshop_not_over"
    WORKSHOP_FULL = "workshop_full"
    CAPACITY_BELOW_SEATS = "capacity_below_seats"
    NOT_A_VOLUNTEER = "not_a_volunteer"
    ALREADY_SEATED = "already_seated"
    NO_SEAT = "no_seat"

    STEP_IMPOSSIBLE = "step_impossible"
    STEP_BEFORE_THE_LAST = "step_before_the_last"
    LEARNT_MISSING = "learnt_missing"
    DATE_BEFORE_STAGE = "date_before_stage"
    NO_CONTRIBUTION = "no_contribution"
    ALREADY_BEARS = "already_bears"
    DOES_NOT_BEAR = "does_not_bear"
    DATE_UNCHANGED = "date_unchanged"
    MILESTONE_DROPPED = "milestone_dropped"
    NOT_A_PICTURE = "not_a_picture"
    PICTURE_TOO_BIG = "picture_too_big"
    TOO_MANY_PICTURES = "too_many_pictures"
    PICTURE_UNDESCRIBED = "picture_undescribed"
    NEWS_NOT_WAITING = "news_not_waiting"
    NEWS_NOT_READ = "news_not_read"
    SERVICE_STOPPED = "service_stopped"
    SERVICE_NOT_STOPPED = "service_not_stopped"
    NOT_CONFIRMED = "not_confirmed"
    NOT_OF_THE_SERVICE = "not_of_the_service"
    DATE_BEFORE_BIRTH = "date_before_birth"
    DATE_TO_COME = "date_to_come"
    ALREADY_REACHED = "already_reached"
    ALREADY_DEPLOYED = "already_deployed"
    NOT_DEPLOYED = "not_deployed"
    DATE_BEFORE_LAST_STEP = "date_before_last_step"

    SHARE_OVER_THE_RATE = "share_over_the_rate"
    FUNDERS_OVER_THE_COST = "funders_over_the_cost"
    ENVELOPE_EXCEEDED = "envelope_exceeded"
    ENGAGED_OVER_THE_SHARE = "engaged_over_the_share"
    PAID_OVER_THE_ENGAGED = "paid_over_the_engaged"
    LINE_REPEATED = "line_repeated"
    FUNDING_CHANGED = "funding_changed"
    FUNDING_UNCHANGED = "funding_unchanged"
    ENVELOPE_BELOW_GRANTED = "envelope_below_granted"
    TOO_MANY_INDICATORS = "too_many_indicators"
    INDICATOR_OVER = "indicator_over"
    ALREADY_MEASURED = "already_measured"
    TARGET_TOO_EARLY = "target_too_early"
    MONEY_IS_THE_AGENCY_S = "money_is_the_agency_s"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a closed gate says: which verb, when it was asked, since when (inside) and until when (outside) it is open."""

    verb: str
    asked_at: datetime
    since: datetime | None
    until: datetime | None

    @property
    def is_early(self) -> bool:
        return self.since is not None and self.asked_at < self.since


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer: truthy when allowed, otherwise it carries its reason."""

    reason: Reason | None = None
    moment: Moment | None = None
    """For `STAGE_CLOSED`: when it would have been allowed."""

    def __bool__(self) -> bool:
        return self.reason is None

    def or_refuse(self) -> None:
        """Raises Refused when the answer is no."""
        if self.reason is not None:
            raise Refused(self.reason, self.moment)


class Refused(Exception):
    """A rule said no: not a fault of the site, not a typing error."""

    def __init__(self, reason: Reason, moment: Moment | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.moment = moment


class NotFound(Exception):
    """What was asked for does not exist, or must look as if it did not."""


ALLOWED = Verdict()


def verdict(*rules: Verdict | tuple[bool, Reason]) -> Verdict:
    """The first rule that does not hold gives the reason. A rule may itself be a verdict, such as that of the calendar."""
    for rule in rules:
        if isinstance(rule, Verdict):
            if not rule:
                return rule
        elif not rule[0]:
            return Verdict(rule[1])
    return ALLOWED
