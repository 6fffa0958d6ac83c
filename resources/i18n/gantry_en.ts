<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>AddRule</name>
    <message numerus="yes">
      <source>%Ln file(s) are held for other reasons, which no rule changes.</source>
      <translation>
        <numerusform>%Ln file is held for another reason, which no rule changes.</numerusform>
        <numerusform>%Ln files are held for other reasons, which no rule changes.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln held upload(s) of this job continue with it.</source>
      <translation>
        <numerusform>%Ln held upload of this job continues with it.</numerusform>
        <numerusform>%Ln held uploads of this job continue with it.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>CatalogModel</name>
    <message numerus="yes">
      <source>%Ln warning(s)</source>
      <translation>
        <numerusform>%Ln warning</numerusform>
        <numerusform>%Ln warnings</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Closing</name>
    <message numerus="yes">
      <source>%Ln upload(s) did not arrive, or not for certain</source>
      <translation>
        <numerusform>%Ln upload did not arrive, or not for certain</numerusform>
        <numerusform>%Ln uploads did not arrive, or not for certain</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) arrived. Open Gantry to see what can be done.</source>
      <translation>
        <numerusform>%Ln upload arrived. Open Gantry to see what can be done.</numerusform>
        <numerusform>%Ln uploads arrived. Open Gantry to see what can be done.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) accepted, not proved. Open Gantry to see the answers.</source>
      <translation>
        <numerusform>%Ln upload accepted, not proved. Open Gantry to see the answer.</numerusform>
        <numerusform>%Ln uploads accepted, not proved. Open Gantry to see the answers.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln upload(s) delivered and confirmed.</source>
      <translation>
        <numerusform>%Ln upload delivered and confirmed.</numerusform>
        <numerusform>%Ln uploads delivered and confirmed.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>LateFiles</name>
    <message numerus="yes">
      <source>%Ln file(s) arrived after packing began</source>
      <translation>
        <numerusform>%Ln file arrived after packing began</numerusform>
        <numerusform>%Ln files arrived after packing began</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>LeavingModel</name>
    <message numerus="yes">
      <source>%Ln item(s)</source>
      <translation>
        <numerusform>%Ln item</numerusform>
        <numerusform>%Ln items</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>LockedZips</name>
    <message numerus="yes">
      <source>%Ln ZIP(s) need a password</source>
      <translation>
        <numerusform>%Ln ZIP needs a password</numerusform>
        <numerusform>%Ln ZIPs need a password</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>MaskLayer</name>
    <message numerus="yes">
      <source>%Ln mask(s)</source>
      <translation>
        <numerusform>%Ln mask</numerusform>
        <numerusform>%Ln masks</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>MaskTool</name>
    <message numerus="yes">
      <source>%Ln image(s) of this class and size are in the list.</source>
      <translation>
        <numerusform>%Ln image of this class and size is in the list.</numerusform>
        <numerusform>%Ln images of this class and size are in the list.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Offers</name>
    <message numerus="yes">
      <source>%Ln upload(s) still have to be delivered. Nothing is lost.</source>
      <translation>
        <numerusform>%Ln upload still has to be delivered. Nothing is lost.</numerusform>
        <numerusform>%Ln uploads still have to be delivered. Nothing is lost.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>OtherKeys</name>
    <message numerus="yes">
      <source>%Ln patient(s) will get other pseudonyms than before</source>
      <translation>
        <numerusform>%Ln patient will get other pseudonyms than before</numerusform>
        <numerusform>%Ln patients will get other pseudonyms than before</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ReviewTexts</name>
    <message numerus="yes">
      <source>%Ln image(s) could not be read: their texts will be removed.</source>
      <translation>
        <numerusform>%Ln image could not be read: its texts will be removed.</numerusform>
        <numerusform>%Ln images could not be read: their texts will be removed.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ScanStrip</name>
    <message numerus="yes">
      <source>%Ln file(s) could not be read</source>
      <translation>
        <numerusform>%Ln file could not be read</numerusform>
        <numerusform>%Ln files could not be read</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln file(s) skipped</source>
      <translation>
        <numerusform>%Ln file skipped</numerusform>
        <numerusform>%Ln files skipped</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln folder(s) do not respond</source>
      <translation>
        <numerusform>%Ln folder does not respond</numerusform>
        <numerusform>%Ln folders do not respond</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>SendBar</name>
    <message numerus="yes">
      <source>%Ln study(ies)</source>
      <translation>
        <numerusform>%Ln study</numerusform>
        <numerusform>%Ln studies</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln image(s)</source>
      <translation>
        <numerusform>%Ln image</numerusform>
        <numerusform>%Ln images</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>TagModel</name>
    <message numerus="yes">
      <source>%Ln item(s)</source>
      <translation>
        <numerusform>%Ln item</numerusform>
        <numerusform>%Ln items</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Unread</name>
    <message numerus="yes">
      <source>%Ln file(s) could not be read, even when tried again.</source>
      <translation>
        <numerusform>%Ln file could not be read, even when tried again.</numerusform>
        <numerusform>%Ln files could not be read, even when tried again.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>… and %Ln more</source>
      <translation>
        <numerusform>… and %Ln more</numerusform>
        <numerusform>… and %Ln more</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>held</name>
    <message numerus="yes">
      <source>%Ln file(s) were held back</source>
      <translation>
        <numerusform>%Ln file was held back</numerusform>
        <numerusform>%Ln files were held back</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln other file(s) of this upload are held, too.</source>
      <translation>
        <numerusform>%Ln other file of this upload is held, too.</numerusform>
        <numerusform>%Ln other files of this upload are held, too.</numerusform>
      </translation>
    </message>
  </context>
</TS>
