"""The shop's tables. Importing this package makes all of them known to SQLAlchemy."""

from komet_shop.models.base import Base
from komet_shop.models.card_settings import (
    CardApplication,
    CardTerminal,
    CompanyCardSettings,
    LocationCardSettings,
    PaymentMethod,
)
from komet_shop.models.catalogue import Carrier, InventoryLine, Product, ShipTo
from komet_shop.models.gateway import (
    CardTokenUse,
    GatewayAccount,
    Operation,
    OperationLookup,
    SavedCard,
)
from komet_shop.models.moving import KometLink, Outbox, OutboxSequence, SyncCursor, WebhookEvent
from komet_shop.models.orders import Order, OrderLine
from komet_shop.models.people import (
    Company,
    Customer,
    Location,
    Passkey,
    Role,
    User,
    buyer_customer,
    user_location,
    user_role,
)
from komet_shop.models.receivable import (
    Application,
    ClerkTask,
    Invoice,
    JournalEntry,
    LedgerTransfer,
    OpenCredit,
    Payment,
)
from komet_shop.models.record import Audit, RateCounter, WebSession

__all__ = [
    "Application",
    "Audit",
    "Base",
    "CardApplication",
    "CardTerminal",
    "CardTokenUse",
    "Carrier",
    "ClerkTask",
    "Company",
    "CompanyCardSettings",
    "Customer",
    "GatewayAccount",
    "InventoryLine",
    "Invoice",
    "JournalEntry",
    "KometLink",
    "LedgerTransfer",
    "Location",
    "LocationCardSettings",
    "OpenCredit",
    "Operation",
    "OperationLookup",
    "Order",
    "OrderLine",
    "Outbox",
    "OutboxSequence",
    "Passkey",
    "Payment",
    "PaymentMethod",
    "Product",
    "RateCounter",
    "Role",
    "SavedCard",
    "ShipTo",
    "SyncCursor",
    "User",
    "WebSession",
    "WebhookEvent",
    "buyer_customer",
    "user_location",
    "user_role",
]
