"""The engine: functions and small classes over frozen dataclasses. No Qt, no globals."""
