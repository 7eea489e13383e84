"""The public interface between Komet Shop and its payment plugins, version 1.

A plugin imports from here and from nowhere else in the shop. See docs/plugins.md.
"""

from komet_shop.plugin_api.batches import Batch, BatchAnswer, SettlesBatches
from komet_shop.plugin_api.cards import CardDetails, OneTimeCard, StoredCard, StoresCards
from komet_shop.plugin_api.connection import Account, Deadlines, Host
from komet_shop.plugin_api.forms import ContentSources, FormRequest, Fragment, HostsCardForm
from komet_shop.plugin_api.health import Health, ProvesHealth
from komet_shop.plugin_api.notifications import Notification, ReceivesNotifications
from komet_shop.plugin_api.payments import (
    BillingAddress,
    CaptureRequest,
    ChargeRequest,
    CreditRequest,
    Fault,
    GatewayResult,
    Kind,
    Lookup,
    LookupRequest,
    Outcome,
    RefundRequest,
    TakesPayments,
    Transaction,
    VoidRequest,
)
from komet_shop.plugin_api.plugin import (
    API_VERSION,
    GROUP,
    Plugin,
    Rehearsal,
    SandboxProgram,
    Setting,
)
from komet_shop.plugin_api.terminals import DrivesTerminals, TerminalRequest
from komet_shop.plugin_api.texts import N_

__all__ = [
    "API_VERSION",
    "GROUP",
    "N_",
    "Account",
    "Batch",
    "BatchAnswer",
    "BillingAddress",
    "CaptureRequest",
    "CardDetails",
    "ChargeRequest",
    "ContentSources",
    "CreditRequest",
    "Deadlines",
    "DrivesTerminals",
    "Fault",
    "FormRequest",
    "Fragment",
    "GatewayResult",
    "Health",
    "Host",
    "HostsCardForm",
    "Kind",
    "Lookup",
    "LookupRequest",
    "Notification",
    "OneTimeCard",
    "Outcome",
    "Plugin",
    "ProvesHealth",
    "ReceivesNotifications",
    "RefundRequest",
    "Rehearsal",
    "SandboxProgram",
    "Setting",
    "SettlesBatches",
    "StoredCard",
    "StoresCards",
    "TakesPayments",
    "TerminalRequest",
    "Transaction",
    "VoidRequest",
]
