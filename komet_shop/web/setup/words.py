"""How the screens of Settings say how a location stands, and who does what next."""

from dataclasses import dataclass

from flask_babel import gettext as _

from komet_shop.domain.activation import Status, Step
from komet_shop.services.activation import ActivationRefused, NotTested, WrongCurrency
from komet_shop.services.location_setup import LocationSetup
from komet_shop.services.turning_off import NotConfirmed, UnderWay
from komet_shop.web.current import shop


@dataclass(frozen=True, kw_only=True)
class Word:
    """A state in a word, and the tone of its pill."""

    label: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be done now, and by whom."""

    what: str
    who: str


def title() -> str:
    """What the gateway is called."""
    return shop().gateways.plugin.title


def status_word(setup: LocationSetup) -> Word:
    """A location's status."""
    if setup.status is Status.ACTIVE and not setup.is_open_to_buyers:
        return Word(label=_("Active, hidden from buyers"), tone="warning")
    words = {
        Status.OFF: Word(label=_("Off"), tone="neutral"),
        Status.REQUESTED: Word(label=_("Enabled"), tone="waiting"),
        Status.RATES_PENDING: Word(label=_("Application sent"), tone="waiting"),
        Status.KEYS_PENDING: Word(label=_("Rates agreed"), tone="waiting"),
        Status.ACTIVE: Word(label=_("Takes cards"), tone="success"),
        Status.DISABLED: Word(label=_("Turned off: contact support"), tone="danger"),
    }
    return words[setup.status]


def environment_word(environment: str) -> Word:
    """Whose keys an account has."""
    words = {
        "live": Word(label=_("Live"), tone="success"),
        "test": Word(label=_("Test"), tone="warning"),
    }
    return words.get(environment, Word(label=_("No keys"), tone="neutral"))


def task(setup: LocationSetup) -> Task:
    """What is next at a location, in a line."""
    if setup.status is Status.DISABLED:
        return Task(what=_("Ask whoever runs the shop to reactivate it."), who=_("Operator"))
    you, specialist = _("You"), _("The specialist, then you")
    tasks = {
        None: Task(what=_("Nothing: buyers can pay by card."), who=_("Nobody")),
        Step.ENABLED: Task(what=_("Enable the %(title)s Integration", title=title()), who=you),
        Step.APPLIED: Task(what=_("Fill in the application form"), who=you),
        Step.RATES_AGREED: Task(what=_("Agree rates and write them down"), who=specialist),
        Step.KEYS_ENTERED: Task(what=_("Enter the keys"), who=specialist),
        Step.TESTED: Task(what=_("Test the connection"), who=you),
        Step.ACTIVE: Task(what=_("Take cards from now on"), who=you),
        Step.SHOWN: Task(what=_("Show card payment to buyers"), who=you),
    }
    return tasks[setup.next_step]


def step_titles() -> dict[Step, str]:
    """The check-list's lines."""
    return {
        Step.ENABLED: _("Enable the %(title)s Integration", title=title()),
        Step.APPLIED: _("Send the application form"),
        Step.RATES_AGREED: _("Agree rates"),
        Step.KEYS_ENTERED: _("Enter the keys"),
        Step.TESTED: _("Test the connection"),
        Step.ACTIVE: _("Take cards"),
        Step.SHOWN: _("Show card payment to buyers"),
    }


def later_notes() -> dict[Step, str]:
    """What each step will ask for, before its turn."""
    return {
        Step.ENABLED: _("You, with one button."),
        Step.APPLIED: _("You tell the specialist about the business."),
        Step.RATES_AGREED: _("The specialist calls you; you write down what was agreed."),
        Step.KEYS_ENTERED: _("The specialist sends you keys; you enter them here."),
        Step.TESTED: _("The shop asks the gateway whether the keys work. No money moves."),
        Step.ACTIVE: _("You, with one button."),
        Step.SHOWN: _("You, with one button. Before that no buyer sees a card payment."),
    }


def now_notes() -> dict[Step, str]:
    """Who does what now."""
    return {
        Step.ENABLED: _("Missing: the decision to take cards here."),
        Step.APPLIED: _("Missing: the application form. You fill it in, in about two minutes."),
        Step.RATES_AGREED: _(
            "Missing: the rates. The specialist gets in touch with the contact of the form. "
            "Write down here what you agreed."
        ),
        Step.KEYS_ENTERED: _(
            "Missing: the keys. %(title)s sends them to you once the rates are agreed. Enter "
            "them here; they are tested at once.",
            title=title(),
        ),
        Step.TESTED: _("Missing: a test that passed. The last one failed, so test again."),
        Step.ACTIVE: _(
            "Everything is ready. Afterwards make a trial payment: only a payment proves that all "
            "keys are of this location."
        ),
        Step.SHOWN: _(
            "Missing: buyers see no card payment yet, because “Enable %(title)s in E-Commerce” is "
            "off for this location.",
            title=title(),
        ),
    }


def refusal_text(refusal: ActivationRefused) -> str:
    """Why nothing was changed, and what to do."""
    if isinstance(refusal, WrongCurrency):
        return str(
            _(
                "Cards are taken in US dollars only, and your company's currency is "
                "%(currency)s. Nothing was changed.",
                currency=str(refusal),
            )
        )
    texts = {
        NotTested: _(
            "There are no keys here that were tested and belong to this installation, so "
            "nothing was switched on. Enter the keys, or test them again."
        ),
        NotConfirmed: _("Type the word CONFIRM, in capitals. Nothing was turned off."),
        UnderWay: _(
            "A payment here is not settled yet, and without keys nobody could ask what became "
            "of it. Nothing was turned off. Look at Reviews, then try again."
        ),
    }
    usual = _(
        "That is not this location's next step: another one comes first, or somebody did it "
        "before you. Nothing was changed; the list shows how it stands."
    )
    return str(texts.get(type(refusal), usual))
