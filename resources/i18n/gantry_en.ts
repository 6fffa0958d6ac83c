<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
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
      <source>%Ln parcel(s) did not arrive</source>
      <translation>
        <numerusform>%Ln parcel did not arrive</numerusform>
        <numerusform>%Ln parcels did not arrive</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln parcel(s) arrived. Open Gantry to see what can be done.</source>
      <translation>
        <numerusform>%Ln parcel arrived. Open Gantry to see what can be done.</numerusform>
        <numerusform>%Ln parcels arrived. Open Gantry to see what can be done.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln parcel(s) delivered and confirmed.</source>
      <translation>
        <numerusform>%Ln parcel delivered and confirmed.</numerusform>
        <numerusform>%Ln parcels delivered and confirmed.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>LateFiles</name>
    <message numerus="yes">
      <source>%Ln file(s) came too late</source>
      <translation>
        <numerusform>%Ln file came too late</numerusform>
        <numerusform>%Ln files came too late</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>Offers</name>
    <message numerus="yes">
      <source>%Ln parcel(s) are still to be delivered. Nothing is lost.</source>
      <translation>
        <numerusform>%Ln parcel is still to be delivered. Nothing is lost.</numerusform>
        <numerusform>%Ln parcels are still to be delivered. Nothing is lost.</numerusform>
      </translation>
    </message>
  </context>
  <context>
    <name>ScanStrip</name>
    <message numerus="yes">
      <source>%Ln file(s) left out…</source>
      <translation>
        <numerusform>%Ln file left out…</numerusform>
        <numerusform>%Ln files left out…</numerusform>
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
</TS>
