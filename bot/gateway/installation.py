"""What one gateway runs with: its settings, its secrets, and everything that is read from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.configuration.clinic import Clinic, load_clinic
from bot.configuration.secret_store import optional_secrets, read_secrets
from bot.configuration.settings import Settings
from bot.content.texts import Texts, load_texts
from bot.database.vault import Vault
from bot.gateway.limits import LIMITS_FILE, GatewayLimits, load_limits
from bot.intake.retention import Retention, load_retention, retention_file
from bot.replies.composer import ReplyComposer
from bot.safety.screen import SafetyScreen, load_screen


@dataclass(frozen=True)
class Installation:
    """`secrets` are by name: `SECRET_NAMES` and, if set, `OPTIONAL_SECRET_NAMES` (secret_store)."""

    settings: Settings
    clinic: Clinic
    limits: GatewayLimits
    retention: Retention
    secrets: Mapping[str, str] = field(repr=False)
    texts: Texts
    composer: ReplyComposer
    screen: SafetyScreen
    vault: Vault

    @classmethod
    def read(cls, settings: Settings, environment: Mapping[str, str]) -> Installation:
        """Read everything that the settings name.

        Raises:
            ContentError: a file is missing or breaks its schema.
            SecretError, VaultError: a secret is missing or unusable.
        """
        clinic = load_clinic(settings.clinic_file)
        # Made here only when the gateway is started by hand: `serve` hands it to every process.
        secrets = {
            **read_secrets(settings.secrets_file, environment, create=True),
            **optional_secrets(settings.secrets_file, environment),
        }
        return cls(
            settings=settings,
            clinic=clinic,
            limits=load_limits(Path(environment.get("LIMITS_FILE") or LIMITS_FILE)),
            retention=load_retention(retention_file(environment)),
            secrets=secrets,
            texts=load_texts(),
            composer=ReplyComposer.shipped(clinic),
            screen=load_screen(),
            vault=Vault.from_secrets(secrets),
        )
