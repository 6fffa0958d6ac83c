"""From dropped paths to a catalog of patients, studies, series and instances."""
