"""The history's tables, as created in a new file."""

from __future__ import annotations

import sqlite3

# seq is Unix milliseconds << 16, incremented if that is taken: one number is the order in time, the
# filter by date, and the row id that the text index and every other index contain anyway.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE job (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  destination TEXT NOT NULL,
  url TEXT NOT NULL,
  created TEXT NOT NULL,
  resumed INTEGER NOT NULL DEFAULT 0,
  finished TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0,
  parcels INTEGER NOT NULL,
  files INTEGER NOT NULL,
  size INTEGER NOT NULL,
  options TEXT NOT NULL DEFAULT '{}' -- of this job alone, beside the destination's
);
CREATE TABLE parcel (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  job INTEGER NOT NULL REFERENCES job (seq),
  state TEXT NOT NULL,
  destination TEXT NOT NULL,
  created TEXT NOT NULL,
  changed TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  label TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  patient_hash TEXT NOT NULL,
  words TEXT NOT NULL,
  files INTEGER NOT NULL,
  size INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  retried INTEGER NOT NULL DEFAULT 0, -- the last attempt.id before Retry: older ones don't count
  position TEXT NOT NULL DEFAULT '',
  archive_path TEXT NOT NULL DEFAULT '',
  archive_size INTEGER NOT NULL DEFAULT 0,
  archive_sha256 TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  forgotten INTEGER NOT NULL DEFAULT 0, -- its source rows were pruned
  unread INTEGER NOT NULL DEFAULT 0, -- files that belong to it and could not be read
  handed_over INTEGER NOT NULL DEFAULT 0, -- it may have arrived whole without an answer
  treatment TEXT NOT NULL DEFAULT 'verbatim', -- what becomes of the files before they are sent
  sent_study_uid TEXT, -- NULL: as study_uid
  report TEXT NOT NULL DEFAULT '', -- the rewriter's own
  labels TEXT NOT NULL DEFAULT '[]', -- pairs of name and value
  modality TEXT NOT NULL DEFAULT ''
);
CREATE INDEX parcel_state ON parcel (state);
CREATE INDEX parcel_destination ON parcel (destination, state);
CREATE INDEX parcel_patient ON parcel (patient_hash) WHERE patient_hash <> '';
CREATE INDEX parcel_study ON parcel (study_uid) WHERE study_uid <> '';
CREATE INDEX parcel_kept ON parcel (seq)
  WHERE forgotten = 0 AND state IN ('delivered', 'accepted', 'incomplete');
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  parcel INTEGER NOT NULL REFERENCES parcel (seq),
  number INTEGER NOT NULL,
  step TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT '',
  failed_step TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  wait REAL,
  bytes INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0,
  verify_seconds REAL NOT NULL DEFAULT 0
);
CREATE INDEX attempt_parcel ON attempt (parcel);
CREATE INDEX attempt_open ON attempt (parcel) WHERE ended = '';
CREATE TABLE receipt (
  id INTEGER PRIMARY KEY,
  parcel INTEGER NOT NULL REFERENCES parcel (seq),
  destination TEXT NOT NULL,
  time TEXT NOT NULL,
  status INTEGER,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  location TEXT NOT NULL,
  body TEXT NOT NULL,
  proof TEXT NOT NULL,
  instances TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX receipt_parcel ON receipt (parcel);
CREATE TABLE source (
  parcel INTEGER NOT NULL REFERENCES parcel (seq),
  n INTEGER NOT NULL,
  path NOT NULL, -- TEXT, or BLOB where the system's name is not valid Unicode
  member NOT NULL,
  path_hash TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  sop_instance_uid TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  study_instance_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  instance_number INTEGER,
  rows INTEGER NOT NULL,
  columns INTEGER NOT NULL,
  burned_in INTEGER NOT NULL,
  fault TEXT NOT NULL,
  who TEXT NOT NULL DEFAULT '', -- as of Instance: whose file it was when it was scanned
  name TEXT NOT NULL DEFAULT '', -- of the archive's member; it and sha256 are as sent
  sha256 TEXT NOT NULL DEFAULT '',
  source_sha256 TEXT, -- of what was read. NULL, here and below: what was sent is what was read
  sent_size INTEGER,
  sent_sop_instance_uid TEXT,
  sent_series_instance_uid TEXT,
  sent_sop_class_uid TEXT,
  sent_transfer_syntax_uid TEXT,
  PRIMARY KEY (parcel, n)
) WITHOUT ROWID;
CREATE INDEX source_path ON source (path_hash);
CREATE INDEX source_uid ON source (sop_instance_uid) WHERE sop_instance_uid <> '';
CREATE INDEX source_sent_uid ON source (sent_sop_instance_uid)
  WHERE sent_sop_instance_uid <> '';
CREATE TABLE tally (
  job INTEGER NOT NULL,
  state TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (job, state)
) WITHOUT ROWID;
CREATE TABLE total (
  destination TEXT NOT NULL,
  state TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (destination, state)
) WITHOUT ROWID;
CREATE TRIGGER parcel_made AFTER INSERT ON parcel BEGIN
  INSERT INTO tally VALUES (new.job, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
  INSERT INTO total VALUES (new.destination, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER parcel_moved AFTER UPDATE OF state ON parcel WHEN old.state <> new.state BEGIN
  UPDATE tally SET number = number - 1 WHERE job = old.job AND state = old.state;
  INSERT INTO tally VALUES (new.job, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
  UPDATE total SET number = number - 1
    WHERE destination = old.destination AND state = old.state;
  INSERT INTO total VALUES (new.destination, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;
CREATE VIRTUAL TABLE search USING fts5 (
  words, content = '', detail = none, columnsize = 0,
  tokenize = "ascii tokenchars '.'", prefix = '1 2 3 4 5 6'
);
"""

# Added in versions 2 and 3, whose migrations run them: what is newer is in _TABLES.
LISTS = """
CREATE INDEX parcel_job ON parcel (job, state);
CREATE INDEX parcel_state_size ON parcel (state, size);
CREATE INDEX parcel_state_label ON parcel (state, label);
CREATE INDEX parcel_destination_size ON parcel (destination, state, size);
CREATE INDEX parcel_destination_label ON parcel (destination, state, label);
-- The words of those parcels alone that are few and looked for.
CREATE VIRTUAL TABLE trouble USING fts5 (
  words, content = '', detail = none, columnsize = 0,
  tokenize = "ascii tokenchars '.'", prefix = '1 2 3 4 5 6'
);
"""
TROUBLE = "('failed', 'cancelled', 'unclear', 'held', 'incomplete')"
TROUBLE_TRIGGERS = f"""
CREATE TRIGGER trouble_begun AFTER UPDATE OF state ON parcel
  WHEN new.state IN {TROUBLE} AND old.state NOT IN {TROUBLE} BEGIN
  INSERT INTO trouble (rowid, words) VALUES (new.seq, new.words);
END;
CREATE TRIGGER trouble_over AFTER UPDATE OF state ON parcel
  WHEN old.state IN {TROUBLE} AND new.state NOT IN {TROUBLE} BEGIN
  INSERT INTO trouble (trouble, rowid, words) VALUES ('delete', old.seq, old.words);
END;
"""
# Added in version 7, in a new file as well: its tables' first pages stay where those of older files
# are (`salvage` counts on that). The profile is computed from what is stored, so that it also holds
# for what a process of an older version still writes. NULL: neither by a profile nor as it is.
PROFILE = """
ALTER TABLE parcel ADD COLUMN profile TEXT GENERATED ALWAYS AS (
  CASE WHEN treatment = 'verbatim' THEN ''
  WHEN typeof(treatment) <> 'text' OR NOT json_valid(treatment) THEN NULL
  WHEN json_extract(treatment, '$.rewriter') = 'deidentify'
    THEN nullif(json_extract(treatment, '$.deidentified.profile'), '')
  WHEN json_extract(treatment, '$.rewriter') = 'verbatim' THEN '' END
) VIRTUAL;
CREATE INDEX parcel_deidentified_state ON parcel (state) WHERE profile > '';
CREATE INDEX parcel_deidentified_destination ON parcel (destination, state) WHERE profile > '';
CREATE INDEX parcel_verbatim_state ON parcel (state) WHERE profile = '';
CREATE INDEX parcel_verbatim_destination ON parcel (destination, state) WHERE profile = '';
"""
SCHEMA = _TABLES + LISTS + TROUBLE_TRIGGERS + PROFILE


def statements(script: str) -> list[str]:
    """The script's statements; `executescript` would commit between them."""
    found, begun = [], ""
    for line in script.splitlines():
        begun += line + "\n"
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found
