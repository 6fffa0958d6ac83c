"""The engine: functions and small classes over frozen dataclasses. No Qt, no database, no globals."""
