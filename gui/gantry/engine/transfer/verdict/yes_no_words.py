"""Judges whether a server's sentence says that something worked or failed.

Has word lists of some thirty languages, because a lab's server answers in the lab's own. A no
counts anywhere; a yes only in a short text without a condition and without a promise.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Verdict(StrEnum):
    """What an answer says about what was sent."""

    YES = "yes"
    NO = "no"
    NEITHER = "neither"


_SHORT = 400  # characters; in a longer text a word of success may be about anything
_LONGEST = 20_000

# Regular expressions, joined by "|". Phrases that say that nothing went wrong:
_BENIGN = r"""
\b(no|0|zero|without( any)?|sans|aucune?|sin|ning[uú]n|sem|nenhum|senza|nessun|keine?|ohne|brak
  |geen|inga|ingen|без|нет)\s+(an?\s+)?(errors?|failures?|problems?|warnings?|issues?|erreurs?
  |errores|erros?|errori|errore|fehler|bł[eę]d\w*|fouten|fel|ошиб\w*)\b
\b(errors?|failures?|failed|fehler|erreurs?|errores|rejected|skipped|warnings?)[\]"']*\s*(=>|[:=])?\s*
  (0|none|null|no|false|\[\]|\{\})(?![\w.])
\b0\s+(files?\s+)?(failed|rejected|skipped|missing)\b
\b(nothing|none|no \w+)\s+(is |was |were )?(missing|rejected|skipped|failed)\b
\bno (virus\w*|malware|threats?)( found| detected)?\b|\berror[- ]free\b
\bfehlerfrei\b|\bошибок нет\b|\bпомилок немає\b
\bошибок (не (обнаружено|найдено|выявлено|было))
(无|無|没有|沒有|未发现|未發現|0\s*个|0\s*個)(任何)?(错误|錯誤|异常|異常|失败|失敗|问题|問題)
(错误|錯誤|失败|失敗|异常|異常)(数|数量|个数|信息)?\s*[:=为]?\s*(0|无|無|none|null)(?!\d)
(エラー|問題|異常)(は|が)?(なし|ありません|無し|0件)
(오류|에러|문제)\s*(가|는|도)?\s*(없음|없이|없습니다|0)
"""
# Phrases that sound like a no but say nothing.
_NEUTRAL = r"""
\bfail[- ]?(over|safe)\b|\bvirus[- ]?(scan|check)\w*\b
\bno\s+(further\s+)?action\s+(is\s+)?(required|needed)\b
\b(do not|don't|please do not) (close|reload|refresh|reply|navigate|turn|press|click|leave)\b
\bmissing (optional |dicom )*(tags?|attributes?|elements?|patient \w+|birth)\b
\b(was|were|is|are) not (changed|modified|touched)\b
"""
# Whole words of English.
_NO = r"""
errors?|err|fail(s|ed|ure|ures|ing)?|unable|cannot|can ?n[o']t|can'?t|could ?n[o']t|couldn'?t
denied|deny|refus\w*|reject\w*|invalid|illegal|forbidden|unknown \w+|undefined \w+
un(authori[sz]ed|authenticated|supported|acceptable|available|expected|readable|processable)
un(successful\w*|recogni[sz]ed)|nack|nok|ko|ng|exceptions?|traceback|fatal|abort\w*|cancel+ed
corrupt\w*|broken|mismatch\w*|malformed|wrong|incorrect|blocked|banned|infected|malware
(a|contains|found|possible) virus|virus (found|detected)|maintenance|timed out|time ?out|expired
quarantin\w*|truncated|segmentation fault|core dumped|killed
unfortunately|sorry|oops|panic|segfault|discard\w*|dropped|ignored|lost|missing|permission|half
nothing (was |has been )?(stored|saved|uploaded|received|written)|no files?|empty file|partial(ly)?
no (space|room|permission|access|data|such|rights?|content received|upload)|incomplete
out of (space|memory|disk)|too (large|big|long|many|small|short)|over ?quota|exceed\w*|interrupted
quota (is |was )?(reached|full|used up)|insufficient|not enough|limit (is |was )?(reached|hit)
(disk|storage|volume|drive|device|space|folder|mailbox|database|queue|server|is|was) full
(is|are|field|file|token|login|sign[- ]?in|authentication|authorization|parameter|credentials?
  |password|key|value|header|subject|project|name|id|captcha|upload) (is )?(required|missing|needed)
over (the )?limit|(please|must|need to|have to|first) (log|sign)[ -]?(in|on)|rolled back
(log|sign)[ -]?(in|on) (first|again|required|to continue)|not? logged in|retry( later)?|try again
session (has )?(ended|timed)|does ?n[o']t exist|internal server
bad (request|gateway|file|token|format|credentials?|data|archive|password|signature|input
  |checksum|parameter)
(did|was|were|is|are|has|have|had|could|can|would|will|do|does|must|may)(n't| not) \w+
not (yet |been |be |a |an |the |any |fully |correctly |properly |currently )*(\w+ed|found|sent|ok
  |okay|valid|enough|available|possible|writable|readable|exists?|set|present|known|able
  |successful\w*|complete|written|kept|done|acceptable|sufficient|ready|working|dicom|match\w*
  |good|true|a file|there)
(never|nothing) (was |been |got )?(stored|saved|kept|uploaded|written|received|arrived)
0 (files?|images?|instances?|bytes) (were |was )?(uploaded|saved|stored|received|written|imported)
needs? (to )?(login|log in|sign in)|requires? (login|sign[- ]?in|authentication)
e(nospc|acces|perm|noent|dquot|rofs|io|nametoolong)|exit (status|code) [1-9]\d*|attack|stopped
object moved|moved (permanently|temporarily)|sqlstate|stack trace
http[ /]?(1\.[01] |error )?[45]\d\d
declin\w*|violat\w*|\w*overflow|something (bad|went)|o{2,}ps|uh[- ]oh|under construction
suspended|disabled|busy|read[- ]only file \w+|revoked|quarantin\w*|crash\w*|terminated
killed|un(saved|stored|delivered|healthy)|truncated|connection reset|bad magic \w+|nak|deadlock
(zero|0)[- ](length|byte) file|(is|are) (empty|locked|closed|disabled)|window closed|project closed
(hash|checksum|size|digest)(es|s)? differs?|not an? (valid |known |supported )?\w+ (file|archive)
only [\w ]{1,20} (is|are )?(allowed|accepted|supported)|\w+(error|exception)s?
need auth\w*|auth\w* (needed|required)|requires? auth\w*
"""
# Parts of words, and other languages.
_NO_PARTS = r"""
\b(success\w*|ok|stored|saved|uploaded|accepted|received|files?|written)( files?)?\s*[:=]\s*
  (false|no|0)(?![\w.])
\bora[ -]\d|\b0 ?(of|/|out of) ?\d|^(negative|void|deleted|removed|purged)$
\b0 (files? )?(stored|saved|uploaded|imported|archived|written)\b
\b(stored|saved|uploaded|imported|archived|received|wrote)[: ]+0\b(?! ?(errors?|failed|failures?|%))
^\s*[45]\d\d\b(?! (files?|bytes|images?|instances?))
# German, Dutch, Swedish, Danish, Norwegian, Finnish
fehler(?!frei)|fehlgeschlagen|schlug fehl|abgelehnt|verweigert|ungültig|unzulässig|verboten
abgelaufen|überschr(itten|eit)|abgebrochen|gescheitert|misslungen|erfolglos|unbekannt|\bgesperrt\b
abgewiesen|untersagt|erschöpft|aufgebraucht|misserfolg|fehlschlag|beschädigt|erforderlich
\bmelden sie sich\b|\bbitte anmelden\b
\bzu (gross|klein|lang)\b|\bnicht\b|\bohne erfolg\b|\bkeine? \w+|\bvoll\b
\bfout(en)?\b|mislukt|geweigerd|afgewezen|ongeldig|\bniet\b|verlopen|\bte groot\b
\bfel\b|misslyckad|nekad|avvisad|ogiltig|\binte\b|\bfejl\b|mislykke|afvist|ugyldig|\bikke\b
\bfeil\b|mislyktes|avvist|\bvirhe\b|epäonnistu|\bei \w+|hylätty|virheellinen|estetty
# French, Spanish, Portuguese, Italian, Romanian
erreur|échec|échoué|\bechec\b|\bechoue|refusée?s?\b|rejetée?s?\b|\binvalides?\b|interdit
non autoris|impossible|insuffisant|trop (gros|grand|volumineux|long)|expirée?\b|dépassée?\b
manquante?\b|\binconnue?s?\b|corrompue?s?\b|\baucune?\b|veuillez vous (re)?connecter
\brequise?s?\b|\bincorrecte?s?\b|\bendommagée?s?\b|\bplein(e)?\b
\bnon (trait|réuss|enreg|sauveg|transm|envoy|téléc|tél[eé]v|reçu|accept|trouv|termin|dispon)
\bn(e |')\w.{0,40}\bpas\b|\bpas (été|pu|reçu|trouv|autoris)|introuvable|sans succès|annulée?\b
\bfallo\b|\bfalló\b|\bfallid[oa]s?\b|fracas|rechazad|denegad|inválid|prohibid|demasiado
\bfallad[oa]s?\b|\bfallaron\b|\bning[uú]n[ao]?\b|\bincorrect[oa]s?\b|desconocid|dañad
\bsin (espacio|permiso|acceso)|\b(debe|inicie|iniciar) (iniciar )?sesión|\brequiere\b|\bnecesita\b
caducad|excedid|cancelad|sin éxito|\bllen[oa]\b|imposible
\bno (se|es|está|hay|fue|ha|tiene|puede|pudo|existe|autorizad|permitid|válid|encontrad)
\berros?\b|\bfalhas?\b|falhou|rejeitad|negad[oa]\b|recusad|proibid|\bnão\b|\bnao\b|expirad
\bnenhuma?\b|desconhecid|danificad|corrompid|esgotad|\bnecessári[oa]\b
\bcheio\b|sem sucesso|\bmuito grande\b|impossível
\berror[ei]\b|fallit|fallimento|rifiutat|negat[oa]\b|respint|scadut|\bpien[oa]\b|\btroppo\b
\bnon (è|e|sono|ha|autorizzat|valid|riuscit|trovat|salvat|consentit|caricat|possibile)
\bnessun[oa]?\b|sconosciut|danneggiat|esaurit
senza successo|impossibile|eroare|\bnu\b|eșuat|esuat|respins|\binvalid|refuzat
# Russian, Ukrainian, Polish, Czech, Hungarian, Turkish, Greek
ошибк|\bне\b|неуспеш|неудач|безуспешно|отказан|\bотказ\b|отклон[её]н|запрещ[её]н|недоступ
неверн|недопустим|некоррект|\bсбой\b|слишком|недостат|превыш|ист[её]к|нет места|переполн|отсутству
неизвестн|поврежд|исчерпан|требуется|диск заполнен|необходимо
неуспех|\bне(сохран|загруж|записан|заверш|выполн|принят|действит)
прерван|отмен[её]н|помилк|відхилен|заборонен|недійсн|невдал
\bbłąd|błęd|niepowodzeni|odrzucon|\bnie\b|nieprawidłow|odmow|\bza duż
brak (pliku|miejsca|dostępu|uprawnień)|\bchyba\b|\bneby[lt]|\bnelze\b|selhal
nepodařilo|odmítnut|neplatn
\bhiba\b|\bnem\b|sikertelen|elutasít|érvénytelen|\bhata(sı)?\b|başarısız|reddedildi|geçersiz
yetkisiz|çok büyük|bulunamadı|yüklenemedi|kaydedilemedi|değil|\bδεν\b|σφάλμα|απέτυχε|αποτυχία
απορρίφθηκε
# Arabic, Hebrew, Hindi, Vietnamese, Indonesian, Thai
خطأ|فشل|\bلم\b|مرفوض|رفض|غير (صالح|مسموح|مصرح)|שגיאה|נכשל|נדחה|\bלא\b
नहीं|त्रुटि|विफल|असफल|अस्वीकार|lỗi|thất bại|không|bị từ chối|\bgagal\b|kesalahan|ditolak
\btidak\b|ผิดพลาด|ล้มเหลว|ไม่
# Chinese
失败|失敗|错误|錯誤|出错|出錯|有误|有誤|异常|異常|拒绝|拒絕|拒收|驳回|无效|無效|非法|违规
违法|不允许|不允許|不支持|不支援|不存在|不能|不可|不正确|不正確|不合法|不符|不匹配|不一致
不完整|不足|不通过|不被|不成功|不是|不对|无法|無法|无权|無權|没有权限|沒有權限|禁止|未登录
未登錄|请登录|請登入|请先登录|請先登入|请重新登录|请重试|请重新上传|登录(已)?(过期|失效|超时)
未授权|未授權|未认证|未通过|未找到|未能|未成功|未完成|未上传|未保存|未收到|过期|過期|已失效
未(?!来|來|知)|尚未|还没|還沒|没能|沒能|损毁|損毀|忙碌|发生问题|發生問題|无此|無此|被拒|用完|用尽|用盡|耗尽
逾时|逾時|需要(重新)?(登录|登入|认证|認證|授权)|重新登(录|入)
没有(成功|保存|上传|找到|收到|文件)|沒有(成功|儲存|上傳)|没(有)?传|超时|超時|超出|超过|超過
超限|过大|過大|太大|过长|已满|已滿|满了|缺少|缺失|丢失|丟失|为空|為空|中断|中斷|终止|已取消
损坏|損壞|坏的|病毒|繁忙|维护中|屏蔽|不行|报错|抱歉|对不起|上传不
# Japanese, Korean
エラー|失敗|拒否|無効|不正|不明|不足|超過|禁止|できません|できなかった|ませんでした|破損|中止
(が|は)ありません|ていません|されません|いません|が必要|オーバー|壊れ|未(保存|完了|登録|送信|受信)
미(완료|저장|업로드|등록|처리|전송)|지 ?(않|못)|\b못|\b안 ?(됨|되|됐|했)|부족|필요|끊[겼어]
見つかりません|大きすぎ|期限切れ|権限がありません|ログインして|너무|오류|에러|실패|거부|거절|잘못
없습니다|못했|초과|불가|금지|만료|유효하지|손상|취소|않았|않습니다|아닙니다
"""
_YES = r"""
ok|okay|success\w*|succeed\w*|stored|saved|uploaded|archived|persisted|written|imported
ingested|delivered|created|done|completed|(upload|transfer|import|is|now) complete|finished
true|yes|passed|all good|perfect|great
"""
_YES_PARTS = r"""
^complete$
# German, Dutch, Swedish, Danish, Norwegian, Finnish
erfolg(reich)?\b|gespeichert|hochgeladen|abgeschlossen|\bfertig\b|erledigt|übernommen
archiviert|\bgelukt\b|succesvol|opgeslagen|geüpload|voltooid|\bklart?\b|sparad|sparats
uppladdad|lyckades|\bgemt\b|uploadet|lagret|lastet opp|\bvalmis\b|tallennettu|onnistu
# French, Spanish, Portuguese, Italian, Romanian
succès|réussie?\b|enregistrée?s?\b|sauvegardée?s?\b|téléversée?s?\b|téléchargée?s?\b
terminée?\b|éxito|exitos|guardad[oa]s?\b|subid[oa]s?\b|completad[oa]s?\b|correctamente
almacenad|sucesso|\bsalv[oa]s?\b|carregad|conclu[ií]d[oa]\b|armazenad|successo
salvat[oaie]\b|caricat[oaie]\b|completat[oaie]\b|riuscit[oaie]\b|\bfatto\b|archiviat
\bsucces\b|încărcat|salvat
# Russian, Ukrainian, Polish, Czech, Hungarian, Turkish, Greek
успешн|успех|сохран[её]н|загружен|выполнено|завершен|готово|успішно|збережено|завантажено
sukces|pomyślnie|zapisan[oye]\b|przesłan[oye]\b|zakończon|úspěch|úspěšně|uložen|nahrán
\bhotovo\b|siker(es|ült)|mentve|feltöltve|başarılı|başarıyla|kaydedildi|yüklendi|tamamlandı
\btamam\b|επιτυχ|αποθηκεύτηκε|ολοκληρώθηκε
# Arabic, Hebrew, Hindi, Vietnamese, Indonesian, Thai
نجاح|نجح|تم (الرفع|الحفظ|التحميل|بنجاح)|בהצלחה|נשמר|הועלה|सफल|thành công|đã (lưu|tải lên)
berhasil|sukses|tersimpan|สำเร็จ|บันทึกแล้ว
# Chinese, Japanese, Korean
成功|完成|完毕|完畢|已保存|已储存|已儲存|已存储|已存(?!在)|已上传|已上傳|已入库|已归档
保存好了|正常|好的|没问题|搞定|完了|保存しました|保存されました|アップロードしました|성공|완료
저장(되었|했|됨)|업로드(되었|했|됨)
"""
# With one of these, a yes is a promise, a condition or an instruction.
_LATER = r"""
please|must|should|will|would|to be|going to|before|unless|until|if|once|when|pending|queued?
processing|progress|in progress|waiting|shortly|soon|later|click|press|upload a|choose|select
partly|almost|test|demo|dry[- ]run|would have|simulat\w*|only|bitte|wird|werden|veuillez|sera
maybe|perhaps|possibly|might|may|probably|already|duplicates?|exists|bereits|schon|déjà|già
por favor|será|per favore|sarà|пожалуйста|будет|proszę|zostanie|lütfen
"""
_LATER_PARTS = r"""
请(?!求)|請(?!求)|待(处理|审核|上传)|稍后|稍後|将(会|在|被)?|將|正在|处理中|處理中|排队|排隊|等待|准备|準備
\?$|？|\b\d?\d([.,]\d+)? ?%|已存在|已经|已經|既に|이미|\bуже\b
\bya (existe|fue|está)|\bduplica|\bdoublon
中です|お待ち|ください|대기|처리 ?중|잠시
"""
_NO_WORDS = frozenset({"no", "n", "false", "f", "off", "nein", "non", "нет", "否", "bad", "nope"})


def _joined(parts: str, words: str = "") -> re.Pattern[str]:
    """Joins lines to one expression; an indented line continues the previous one."""
    parts, words = (
        "|".join(
            line
            for line in block.replace("\n  ", "").strip().splitlines()
            if not line.startswith("#")
        )
        for block in (parts, words)
    )
    return re.compile(rf"\b(?:{words})\b|{parts}" if words else parts)


_BENIGN_RE = _joined(_BENIGN)
_NEUTRAL_RE = _joined(_NEUTRAL)
_NO_RE = _joined(_NO_PARTS, _NO)
_YES_RE = _joined(_YES_PARTS, _YES)
_LATER_RE = _joined(_LATER_PARTS, _LATER)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FILE_NAME = re.compile(r"[\w-]+(\.\w{1,5})+")  # says nothing
_NAMED_FILE = re.compile(
    r"https?://[^\s<>\"']+|(?<![\w./\\~+-])[\w./\\~+-]{0,300}\.(?:tar\.gz|tgz|gz|zip|tar|dcm|ima)\b",
    re.IGNORECASE | re.ASCII,
)
_PART_OF = re.compile(
    r"(?<![\d./-])(?<!page )(?<!part )(?<!step )(?<!chunk )(\d{1,15})( \w+)? ?"
    r"(?:of|out of|/|von|de|sur|из) ?(\d{1,15})(?![\d./-])"
)


def text_verdict(text: str) -> Verdict:
    """The meaning of a text for people, or of a word like `UPLOAD_FAILED`."""
    if _FILE_NAME.fullmatch(text.strip()):
        return Verdict.NEITHER
    plain = folded(_NAMED_FILE.sub(" x ", text[:_LONGEST]))
    if not plain:
        return Verdict.NEITHER
    plain = _NEUTRAL_RE.sub("-", plain)
    plain = " ".join(_BENIGN_RE.sub(" ", plain).split()).strip(" .!。")
    if not plain:
        return Verdict.YES
    if (
        plain in _NO_WORDS
        or text.lstrip().startswith("!")
        or _NO_RE.search(plain)
        or _is_partial(plain)
    ):
        return Verdict.NO
    if len(plain) > _SHORT or _LATER_RE.search(plain):
        return Verdict.NEITHER
    return Verdict.YES if _YES_RE.search(plain) else Verdict.NEITHER


def says_again(text: str) -> bool:
    """Whether a text refers to something that was there before, or is still to come."""
    return _LATER_RE.search(folded(text)) is not None


def _is_partial(plain: str) -> bool:
    """`stored 1 of 2 files`, `3/5 uploaded`."""
    return any(int(m.group(1)) < int(m.group(3)) for m in _PART_OF.finditer(plain))


def folded(text: str) -> str:
    """Words in lower case with single spaces; splits `isSuccess` and `NO_SPACE`."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).replace("’", "'")
    if " " not in text.strip():
        text = _CAMEL.sub(" ", text)
    return " ".join(re.sub(r"(?<=\w)[_-](?=\w)|_", " ", text.casefold()).split())
