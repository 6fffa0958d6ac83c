"""Table E.1-1 of DICOM PS3.15, generated: what the standard does to each element.

Written by packaging/privacy_table.py, which names the sources. A row is the element's tag, the
action of the Basic Application Level Confidentiality Profile, and the options that change it.

Actions: X remove, Z empty, D dummy, U consistent UID, or several of them with `/`.
Options: f retain full dates, m modified dates, d clean descriptors, u retain UIDs, v retain device
identity (V: clean it), p retain patient characteristics (P: clean them), i retain institution,
g clean graphics, s clean structured content.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

EDITION: Final = "2026c"


class Row(NamedTuple):
    """What the table says of one element."""

    basic: str
    options: str


@cache
def table() -> dict[int, Row]:
    """Every row by its tag."""
    rows: dict[int, Row] = {}
    for line in _ROWS.splitlines():
        group, *elements = line.split()
        for element in elements:
            number, basic, options = element.split(":")
            rows[int(group + number, 16)] = Row(basic, options)
    return rows


_ROWS: Final = """\
0000 1000:X:u 1001:U:u
0002 0003:U:u
0004 1511:U:u
0008 0012:X/D:fm 0013:X/Z/D:fm 0014:U:u 0015:X:fm 0017:U:u 0018:U:u 0019:U:u 0020:Z:fm 0021:X/D:fm
0008 0022:X/Z:fm 0023:Z/D:fm 0024:X:fm 0025:X:fm 002A:X/Z/D:fm 0030:Z:fm 0031:X/D:fm 0032:X/Z:fm
0008 0033:Z/D:fm 0034:X:fm 0035:X:fm 0050:Z: 0054:X:V 0055:X:V 0058:U:u 0080:X/Z/D:i 0081:X:i
0008 0082:X/Z/D:i 0090:Z: 0092:X: 0094:X: 0096:X: 009C:Z: 009D:X: 0106:D:fm 0107:D:fm 0201:X:fm
0008 1000:X:V 1010:X/Z/D:v 1030:X:d 103E:X:d 1040:X:i 1041:X:i 1048:X: 1049:X: 1050:X: 1052:X:
0008 1060:X: 1062:X: 1070:X/Z/D: 1072:X/D: 1080:X:d 1084:X:d 1088:X:d 1110:X/Z:u 1111:X/Z/D:u
0008 1120:X:u 1140:X/Z/U*:u 1155:U:u 1195:U:u 1301:X: 1302:X: 1303:X: 1304:X: 2111:X:d
0008 2112:X/Z/U*:u 3010:U:u 4000:X:d
0010 0010:Z: 0011:X: 0012:X: 0013:X: 0014:X: 0015:X: 0016:X: 0020:Z/D: 0021:X: 0030:Z: 0032:X:
0010 0040:Z:p 0041:X: 0042:X: 0043:X: 0044:X: 0045:X: 0046:X: 0047:X: 0050:X: 0101:X: 0102:X:
0010 1000:X: 1001:X: 1002:X: 1005:X: 1010:X:p 1020:X:p 1030:X:p 1040:X: 1050:X: 1060:X: 1080:X:
0010 1081:X: 1090:X: 1100:X: 2000:X:d 2110:X:dP 2150:X: 2152:X: 2154:X: 2155:X: 2160:X:p 2161:X:
0010 2162:X: 2180:X:d 21A0:X:p 21B0:X:d 21C0:X:p 21D0:X:fm 21F0:X: 2203:X/Z:p 2297:X: 2299:X:
0010 4000:X:d
0012 0010:D: 0020:D: 0021:Z: 0022:X: 0023:X: 0030:Z:i 0031:Z:i 0032:X: 0040:D: 0041:X: 0042:D:
0012 0043:X: 0050:Z: 0051:X:d 0055:X: 0060:Z:i 0071:X: 0072:X:d 0073:X: 0081:D:i 0082:X: 0086:X:fm
0012 0087:X:fm
0014 407C:X:fmv 407E:X:fmv
0016 002B:X:d 004B:X:d 004D:X: 004E:X:v 004F:X:v 0050:X:v 0051:X:v 0070:X: 0071:X: 0072:X: 0073:X:
0016 0074:X: 0075:X: 0076:X: 0077:X: 0078:X: 0079:X: 007A:X: 007B:X: 007C:X: 007D:X: 007E:X:
0016 007F:X: 0080:X: 0081:X: 0082:X: 0083:X: 0084:X: 0085:X: 0086:X: 0087:X: 0088:X: 0089:X:
0016 008A:X: 008B:X: 008C:X: 008D:X:fm 008E:X:
0018 0010:Z/D:d 0027:X:fm 0035:X:fm 1000:X/Z/D:v 1002:U:uv 1004:X:v 1005:X:v 1007:X:v 1008:X:v
0018 1009:X:v 100A:X:v 100B:U:uv 1010:X: 1011:X: 1012:X:fm 1014:X:fm 1030:X/D:d 1042:X:fm 1043:X:fm
0018 1072:X:fm 1073:X:fm 1078:X:fm 1079:X:fm 11BB:D:d 1200:X:fmv 1201:X:fmv 1202:X:fmv 1203:Z:fmv
0018 1204:X:fmv 1205:X:fmv 1400:X/D:d 2042:U:u 4000:X:d 5011:X:v 700A:X/D:v 700C:X/D:fmv
0018 700E:X/D:fmv 9074:D:fm 9151:D:fm 9185:X:d 9367:D:v 9369:D:fm 936A:D:fm 9371:D:v 9373:X:v
0018 937B:X:d 937F:X:d 9424:X:d 9516:X/D:fm 9517:X/D:fm 9623:D:fm 9701:D:fm 9804:D:fm 9919:Z/D:fm
0018 9937:X:d A002:X:fm A003:X:d
0020 000D:U:u 000E:U:u 0010:Z: 0027:X:d 0052:U:u 0200:U:u 3401:X:v 3403:X:fm 3405:X:fm 3406:X:
0020 4000:X:d 9158:X:d 9161:U:u 9164:U:u
0028 1199:U:u 1214:U:u 4000:X:
0032 0012:X: 0032:X:fm 0033:X:fm 0034:X:fm 0035:X:fm 1000:X:fm 1001:X:fm 1010:X:fm 1011:X:fm
0032 1020:X:v 1021:X:V 1030:X:d 1032:X: 1033:X: 1040:X:fm 1041:X:fm 1050:X:fm 1051:X:fm 1060:X/Z:d
0032 1066:X:d 1067:X:d 1070:X:d 4000:X:d
0034 0001:D: 0002:D: 0005:D: 0007:D:fm
0038 0004:X: 0010:X: 0011:X: 0014:X: 001A:X:fm 001B:X:fm 001C:X:fm 001D:X:fm 001E:X: 0020:X:fm
0038 0021:X:fm 0030:X:fm 0032:X:fm 0040:X:d 0050:X:P 0060:X: 0061:X: 0062:X:d 0064:X: 0300:X:
0038 0400:X: 0500:X:dP 4000:X:d
003A 0020:X: 0203:X: 020C:X: 0310:U:u 0314:D:fm 0329:X:d 032B:X:d
0040 0001:X:V 0002:X:fm 0003:X:fm 0004:X:fm 0005:X:fm 0006:X: 0007:X:d 0009:X: 000B:X: 0010:X:v
0040 0011:X:v 0012:X:P 0241:X:V 0242:X:v 0243:X: 0244:X:fm 0245:X:fm 0250:X:fm 0251:X:fm 0253:X:
0040 0254:X:d 0275:X:d 0280:X:d 0310:X:d 050A:X: 0512:D: 0513:Z: 051A:X:d 0551:D: 0554:U:u
0040 0555:X/Z:s 0556:X: 0562:Z: 0600:X:d 0602:X:d 0610:Z:s 06FA:X: 1001:X: 1002:X:d 1004:X: 1005:X:
0040 100A:X:d 1010:X: 1011:X: 1101:D: 1102:X: 1103:X: 1104:X: 1400:X:d 2001:X:d 2004:X:fm 2005:X:fm
0040 2008:X: 2009:X: 2010:X: 2011:X: 2016:Z: 2017:Z: 2400:X:d 3001:X: 4005:X:fm 4008:X:fm 4010:X:fm
0040 4011:X:fm 4023:U:u 4025:X:v 4027:X:v 4028:X:v 4030:X:v 4034:X: 4035:X: 4036:X: 4037:X:
0040 4050:X:fm 4051:X:fm 4052:X:fm A023:X:fm A024:X:fm A027:D: A030:D:fm A032:X/D:fm A033:X:fm
0040 A034:X: A035:X: A073:D: A075:D: A078:X: A07A:X: A07C:X: A082:Z:fm A088:Z: A110:X:fm A112:X:fm
0040 A120:D:fm A121:D:fm A122:D:fm A123:D: A124:U: A13A:D:fm A171:U:u A172:U:u A192:X:fm A193:X:fm
0040 A307:X: A352:X: A353:X: A354:X: A358:X: A402:U:u A730:D:s B020:X/D: B034:X: B036:X: B03B:X:
0040 B03F:X: DB06:X:fm DB07:X:fm DB0C:U:u DB0D:U:u E004:X:fm E012:X:
0042 0011:D:
0044 0004:X:fm 000B:X:fm 0010:X:fm 0104:D:fm 0105:X:fm
0050 001B:X: 0020:X:v 0021:X:d
0062 0021:U:u
0064 0003:U:u
0068 6226:D:fm 6270:D:fm
006A 0003:D:u 0005:D:d 0006:X:d
0070 0001:D:g 0006:D: 0082:X:fm 0083:X:fm 0084:Z/D: 0086:X: 031A:U:u 1101:U:u 1102:U:u
0072 000A:D:fm 005E:D:V 005F:D:p 0061:D:fm 0063:D:fm 0065:D: 0066:D:d 0068:D:d 006A:D: 006B:D:fm
0072 006C:D:d 006D:D: 006E:D:d 0070:D:d 0071:D:
0074 1234:X:V 1236:X:V
0088 0140:U:u 0200:X: 0904:X: 0906:X: 0910:X: 0912:X:
0100 0420:X:fm
0400 0100:U: 0105:D:fm 0115:D: 0310:X:fm 0402:X: 0403:X: 0404:X: 0550:X: 0551:X: 0552:X: 0561:X:
0400 0562:D:fm 0563:D:v 0564:Z:i 0565:D:d 0600:X:
2030 0020:X:
2100 0040:X:fm 0050:X:fm 0070:X:V 0140:D:V
2200 0002:X/Z:d 0005:X/Z:
3002 0121:X:d 0123:X:d
3006 0002:D:d 0004:X:d 0006:X:d 0008:Z:fm 0009:Z:fm 0024:U:u 0026:Z:d 0028:X:d 002D:X:fm 002E:X:fm
3006 0038:X:d 004D:X: 004E:X: 0085:X:d 0088:X:d 00A6:Z: 00C2:U:u
3008 0024:D:fm 0025:D:fm 0054:X/D:fm 0056:X/D:fm 0105:X/Z:v 0162:D:fm 0164:D:fm 0166:D:fm 0168:D:fm
3008 0250:X/D:fm 0251:X/D:fm
300A 0002:D:d 0003:X:d 0004:X:d 0006:X/D:fm 0007:X/D:fm 000B:X:d 000E:X:d 0013:U:u 0016:X:d 0054:U:
300A 0072:X:d 0083:U:u 00B2:X/Z:v 00C3:X:d 00DD:X:d 0196:X:d 01A6:X:d 01B2:X:d 0216:X:v 022C:D:fm
300A 022E:D:fm 02EB:X:d 0608:D:d 0609:U:u 0611:Z: 0615:Z: 0619:D:d 0623:D:d 062A:D:d 0650:U:u
300A 0676:X:d 067C:D:d 067D:Z:d 0700:U:u 0734:D:d 0736:D:fm 073A:D:fm 0741:D:fm 0742:D:d 0760:D:fm
300A 0783:D:d 0785:U:u 078E:X:d 0792:X:d 0794:X:d 079A:X:d
300C 0113:X:d 0127:D:fmv
300E 0004:Z:fm 0005:Z:fm 0008:X/Z:
3010 0006:U:u 000B:U:u 000F:Z:d 0013:U:u 0015:U:u 0017:Z:d 001B:Z: 002D:D:v 0031:U:u 0033:D:d
3010 0034:D:d 0035:D:d 0036:X:d 0037:X:d 0038:D:d 003B:U:u 0043:Z:v 004C:X/D:fm 004D:X/D:fm
3010 0054:D:d 0056:X/D:d 005A:Z:d 005C:Z:d 0061:X:d 006E:U:u 006F:U:u 0077:X/D:d 007A:Z:d 007B:Z:d
3010 007F:Z:d 0081:Z:d 0085:X:fm
4000 0010:X: 4000:X:
4008 0040:X: 0042:X: 0100:X:fm 0101:X:fm 0102:X: 0108:X:fm 0109:X:fm 010A:X: 010B:X:d 010C:X:
4008 0111:X: 0112:X:fm 0113:X:fm 0114:X: 0115:X:d 0118:X: 0119:X: 011A:X: 0200:X: 0202:X: 0300:X:d
4008 4000:X:d
FFFA FFFA:X:
FFFC FFFC:X:
"""
