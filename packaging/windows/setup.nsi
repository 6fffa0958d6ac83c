; The set-up program. build.py passes VERSION, FILE_VERSION, PROGRAM (the built folder), ICON, OUT,
; SIZE_KB, TARGET and, where a certificate is configured, SIGN (a command, %1 is the file).
;   /S                 silent
;   /ALLUSERS          for all users (asks for administrator rights); otherwise for this user, without
;   /D=C:\folder       where to (last, unquoted)
;   /NODESKTOP /NOSENDTO /NOMENU   without the desktop shortcut, "Send to", the folders' menu entry
; The uninstaller: /S, and /DELETEDATA to delete history, settings and logs too.
; Exit codes: 0 done, 1 cancelled, 2 failed, 3 Gantry is still sending, 4 needs 64-bit Windows 10.
Target ${TARGET}
Unicode true
SetCompressor /SOLID lzma
SetCompressorDictSize 32  ; MB: the two programs share most of their bytes
ManifestDPIAware true
ManifestSupportedOS Win10
ManifestLongPathAware true
RequestExecutionLevel user
Name "Gantry"
OutFile "${OUT}"
BrandingText "Gantry ${VERSION}"
SetDateSave off
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include WinVer.nsh
!include x64.nsh

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Gantry"
!define APP_PATH_KEY "Software\Microsoft\Windows\CurrentVersion\App Paths\gantry.exe"
!define FOLDER_KEY "Software\Classes\Directory\shell\Gantry"
!define DRIVE_KEY "Software\Classes\Drive\shell\Gantry"
!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION StartGantry

VIProductVersion "${FILE_VERSION}"
VIAddVersionKey ProductName "Gantry"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Gantry set-up"
VIAddVersionKey CompanyName "Gantry"
VIAddVersionKey LegalCopyright "MIT licence"

!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
; the first language is the one for systems that speak neither
!insertmacro MUI_LANGUAGE English
!insertmacro MUI_LANGUAGE SimpChinese

!macro TEXT name english chinese
  LangString ${name} ${LANG_ENGLISH} "${english}"
  LangString ${name} ${LANG_SIMPCHINESE} "${chinese}"
!macroend
!insertmacro TEXT PROGRAM_PART "Gantry" "Gantry"
!insertmacro TEXT DESKTOP_PART "Desktop shortcut" "桌面快捷方式"
!insertmacro TEXT SENDTO_PART "$\"Send to$\" entry" "“发送到”菜单项"
!insertmacro TEXT MENU_PART "$\"Upload with Gantry$\" in the menu of folders" "文件夹右键菜单中的“用 Gantry 上传”"
!insertmacro TEXT DATA_PART "Also delete history, settings and logs" "同时删除历史记录、设置和日志"
!insertmacro TEXT MENU_ENTRY "Upload with Gantry" "用 Gantry 上传"
!insertmacro TEXT SHORTCUT_TIP "Sends folders of DICOM to a server, whole" "把 DICOM 文件夹完整地发送到服务器"
!insertmacro TEXT STILL_RUNNING "Gantry is running and has not finished. Let it finish, or stop its job and close it; then press Retry." "Gantry 正在运行，尚未完成。请等待它完成，或停止任务并关闭它，然后点击“重试”。"
!insertmacro TEXT WRONG_WINDOWS "Gantry needs a 64-bit Windows 10 or 11." "Gantry 需要 64 位 Windows 10 或 11。"
!insertmacro TEXT NO_RIGHTS "Installing for all users needs administrator rights. Without /ALLUSERS, Gantry is installed for you alone and needs none." "为所有用户安装需要管理员权限。不带 /ALLUSERS 时只为您安装，不需要这种权限。"
!insertmacro TEXT CANNOT_WRITE "Gantry can't be installed in $INSTDIR: some of its files are in use or may not be changed. Close what uses them, or choose another folder." "无法安装到 $INSTDIR：其中有文件正被使用或不允许修改。请关闭使用它们的程序，或选择其他文件夹。"

Var AllUsers

; Chooses between this user's folders and registry and everyone's.
!macro CONTEXT
  SetRegView 64
  ${If} $AllUsers == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
!macroend

; Asks a running Gantry to finish, then waits up to 30 s until its programs are free.
; Ends the set-up with code 3 if it continues.
!macro FREE_PROGRAM un
Function ${un}FreeProgram
  ask:
  ${IfNot} ${FileExists} "$INSTDIR\gantry.exe"
    Return
  ${EndIf}
  ClearErrors
  ExecWait '"$INSTDIR\gantry.exe" --quit' $0
  ${If} ${Errors}
    StrCpy $0 0  ; it can't be started: broken, so not running either
  ${EndIf}
  ${If} $0 == 0
    StrCpy $1 0
    ${Do}
      ClearErrors
      FileOpen $2 "$INSTDIR\gantry.exe" a
      ${IfNot} ${Errors}
        FileClose $2
        ${If} ${FileExists} "$INSTDIR\gantry-cli.exe"
          FileOpen $2 "$INSTDIR\gantry-cli.exe" a
        ${EndIf}
        ${IfNot} ${Errors}
          FileClose $2
          Return
        ${EndIf}
      ${EndIf}
      Sleep 500
      IntOp $1 $1 + 1
    ${LoopUntil} $1 >= 60
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION $(STILL_RUNNING) /SD IDCANCEL IDRETRY ask
  SetErrorLevel 3
  Quit
FunctionEnd
!macroend
!insertmacro FREE_PROGRAM ""
!insertmacro FREE_PROGRAM "un."

; Starts this program again with administrator rights and ends with its result.
!macro ELEVATE
  UserInfo::GetAccountType
  Pop $0
  ${If} $0 != "Admin"
    ${GetParameters} $1
    ${If} ${Silent}
    ${OrIf} $1 == ""
      MessageBox MB_OK|MB_ICONSTOP $(NO_RIGHTS) /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
    ClearErrors
    ExecShell "runas" "$EXEPATH" "$1"
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONSTOP $(NO_RIGHTS) /SD IDOK
      SetErrorLevel 2
    ${EndIf}
    Quit
  ${EndIf}
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP $(WRONG_WINDOWS) /SD IDOK
    SetErrorLevel 4
    Quit
  ${EndIf}
  StrCpy $AllUsers 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 1
    !insertmacro ELEVATE
  ${EndIf}
  !insertmacro CONTEXT
  ${If} $INSTDIR == ""  ; no /D=: where it is already, otherwise the usual place
    ReadRegStr $INSTDIR SHCTX "${UNINSTALL_KEY}" "InstallLocation"
  ${EndIf}
  ${If} $INSTDIR == ""
    ${If} $AllUsers == 1
      StrCpy $INSTDIR "$PROGRAMFILES64\Gantry"
    ${Else}
      StrCpy $INSTDIR "$LOCALAPPDATA\Programs\Gantry"
    ${EndIf}
  ${EndIf}
  Call ChooseParts
FunctionEnd

!macro PUT_BACK name
  ${If} ${FileExists} "$INSTDIR\previous\${name}"
    RMDir /r "$INSTDIR\${name}"
    Delete "$INSTDIR\${name}"
    Rename "$INSTDIR\previous\${name}" "$INSTDIR\${name}"
  ${EndIf}
!macroend

; The old program as it was; without one, nothing.
Function PutBack
  ${If} ${FileExists} "$INSTDIR\previous\*.*"
    !insertmacro PUT_BACK "gantry-files"
    !insertmacro PUT_BACK "gantry.exe"
    !insertmacro PUT_BACK "gantry-cli.exe"
    RMDir "$INSTDIR\previous"
  ${EndIf}
FunctionEnd

Function .onInstFailed
  Call PutBack
FunctionEnd

Section "$(PROGRAM_PART)" PartProgram
  SectionIn RO
  Call FreeProgram
  ; The old program steps aside whole; what fails from here on puts it back.
  SetOutPath "$INSTDIR"
  RMDir /r "$INSTDIR\previous"
  ${If} ${FileExists} "$INSTDIR\gantry.exe"
    CreateDirectory "$INSTDIR\previous"
    ClearErrors
    Rename "$INSTDIR\gantry-files" "$INSTDIR\previous\gantry-files"
    Rename "$INSTDIR\gantry.exe" "$INSTDIR\previous\gantry.exe"
    Rename "$INSTDIR\gantry-cli.exe" "$INSTDIR\previous\gantry-cli.exe"
    ${If} ${Errors}
      Call PutBack
      MessageBox MB_OK|MB_ICONSTOP $(CANNOT_WRITE) /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}
  SetOverwrite try
  ClearErrors
  File /r "${PROGRAM}/*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    Call PutBack
    MessageBox MB_OK|MB_ICONSTOP $(CANNOT_WRITE) /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  RMDir /r "$INSTDIR\previous"

  CreateShortcut "$SMPROGRAMS\Gantry.lnk" "$INSTDIR\gantry.exe" "" "$INSTDIR\gantry.exe" 0 SW_SHOWNORMAL "" "$(SHORTCUT_TIP)"
  WriteRegStr SHCTX "${APP_PATH_KEY}" "" "$INSTDIR\gantry.exe"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "Gantry"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\gantry.exe,0"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "Gantry"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  ${If} $AllUsers == 1
    StrCpy $0 " /ALLUSERS"
  ${Else}
    StrCpy $0 ""
  ${EndIf}
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"$0'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S$0'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "$(DESKTOP_PART)" PartDesktop
  CreateShortcut "$DESKTOP\Gantry.lnk" "$INSTDIR\gantry.exe" "" "$INSTDIR\gantry.exe" 0 SW_SHOWNORMAL "" "$(SHORTCUT_TIP)"
SectionEnd

Section "$(SENDTO_PART)" PartSendTo
  CreateShortcut "$SENDTO\Gantry.lnk" "$INSTDIR\gantry.exe" "" "$INSTDIR\gantry.exe"
SectionEnd

Section "$(MENU_PART)" PartMenu
  WriteRegStr SHCTX "${FOLDER_KEY}" "" "$(MENU_ENTRY)"
  WriteRegStr SHCTX "${FOLDER_KEY}" "Icon" "$INSTDIR\gantry.exe,0"
  WriteRegStr SHCTX "${FOLDER_KEY}\command" "" '"$INSTDIR\gantry.exe" "%1"'
  WriteRegStr SHCTX "${DRIVE_KEY}" "" "$(MENU_ENTRY)"
  WriteRegStr SHCTX "${DRIVE_KEY}" "Icon" "$INSTDIR\gantry.exe,0"
  ; %1 is D:\ here, and a backslash before a quote would be taken for part of the name
  WriteRegStr SHCTX "${DRIVE_KEY}\command" "" '"$INSTDIR\gantry.exe" "%1."'
SectionEnd

; After the sections, whose numbers it needs: leaves out what the command line says.
!macro WITHOUT option part
  ClearErrors
  ${GetOptions} $0 "${option}" $1
  ${IfNot} ${Errors}
    !insertmacro UnselectSection ${part}
  ${EndIf}
!macroend
Function ChooseParts
  ${GetParameters} $0
  !insertmacro WITHOUT "/NODESKTOP" ${PartDesktop}
  !insertmacro WITHOUT "/NOSENDTO" ${PartSendTo}
  !insertmacro WITHOUT "/NOMENU" ${PartMenu}
FunctionEnd

; Through Explorer, so that it does not inherit administrator rights.
Function StartGantry
  Exec '"$WINDIR\explorer.exe" "$INSTDIR\gantry.exe"'
FunctionEnd

!ifdef SIGN
  !uninstfinalize '${SIGN}'
!endif

Function un.onInit
  StrCpy $AllUsers 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 1
    !insertmacro ELEVATE
  ${EndIf}
  !insertmacro CONTEXT
  Call un.ChooseParts
FunctionEnd

Section "un.$(PROGRAM_PART)" UnPartProgram
  SectionIn RO
  Call un.FreeProgram
  ; Only what set-up put there: the folder may be one that holds other things.
  RMDir /r "$INSTDIR\gantry-files"
  RMDir /r "$INSTDIR\previous"
  Delete "$INSTDIR\gantry.exe"
  Delete "$INSTDIR\gantry-cli.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD-PARTY.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Gantry.lnk"
  Delete "$DESKTOP\Gantry.lnk"
  Delete "$SENDTO\Gantry.lnk"
  DeleteRegKey SHCTX "${FOLDER_KEY}"
  DeleteRegKey SHCTX "${DRIVE_KEY}"
  DeleteRegKey SHCTX "${APP_PATH_KEY}"
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
SectionEnd

Section /o "un.$(DATA_PART)" UnPartData
  SetShellVarContext current
  RMDir /r "$LOCALAPPDATA\Gantry"
SectionEnd

Function un.ChooseParts
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DELETEDATA" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${UnPartData}
  ${EndIf}
FunctionEnd
