"""The base of what is read from files and requests: unknown fields are refused, nothing changes."""

from __future__ import annotations

from pydantic import BaseModel, Extra, validator


class StrictRecord(BaseModel):
    """A typed record. A misspelt field name is a fault, not a silent nothing."""

    class Config:
        extra = Extra.forbid
        frozen = True


class FilledRecord(StrictRecord):
    """A strict record in which no list and no table is empty."""

    @validator("*", each_item=False)
    def _names_one_at_least(cls, value: object) -> object:
        if value == () or value == {}:
            raise ValueError("must name one at least")
        return value
