@echo off
rem Builds Gantry-<version>-Setup.exe on Windows: needs CPython 3.11 (py) and NSIS 3 (makensis on PATH).
setlocal
cd /d "%~dp0..\.."
if not exist build\venv py -3.11 -m venv build\venv || exit /b 1
build\venv\Scripts\python -m pip install -q --require-hashes --no-deps -r packaging\windows\requirements.txt -r packaging\windows\build-requirements.txt || exit /b 1
build\venv\Scripts\python packaging\windows\build.py || exit /b 1
