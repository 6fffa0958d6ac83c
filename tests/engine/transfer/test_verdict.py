"""What an answer with status 200 says about what was sent, in the styles of many backends.

Each style is one that some framework, widget or lab's script is known to use, or a plain variation
of one. What is said to be stored may be a yes or the server's bare word, never a no; what is said
not to be stored must be a no.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from gantry.engine.parcel import Archive
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.verdict.sent import Sent
from gantry.engine.transfer.verdict.verdict import BrokenJson, Judgement, judge
from gantry.engine.transfer.verdict.yes_no_words import Verdict, text_verdict
from support.sending import bytes_archive

YES, NO, NEITHER = Verdict.YES, Verdict.NO, Verdict.NEITHER
KINDS = ("application/json", "text/html; charset=utf-8", "text/plain", "")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return bytes_archive(tmp_path_factory.mktemp("spool"), 300_000)


def judged(body: bytes | str | object, archive: Archive, kind: str = "") -> Judgement:
    if not isinstance(body, bytes):
        body = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
    headers = {"content-type": kind} if kind else {}
    return judge(Answer("http://lab/up", 200, headers, body), Sent(archive, 300_400))


# A known sign of success.
STORED: list[object] = [
    {"success": True},
    {"success": 1},
    {"success": "true"},
    {"Success": True},
    {"isSuccess": True, "msg": ""},
    {"code": 0, "msg": "ok"},
    {"code": 0, "msg": "success", "data": {}},
    {"code": 0, "msg": "", "data": {"url": "/f/1"}},
    {"code": 0, "data": {"src": "/f/1.gz"}, "msg": ""},
    {"code": 1, "msg": "上传成功", "time": "1700000000", "data": {"url": "/uploads/1"}},
    {"code": 200, "message": "uploaded"},
    {"code": "200"},
    {"code": 20000, "data": None},
    {"code": "00000", "msg": "一切 ok"},
    {"code": "SUCCESS"},
    {"status": 200, "message": "uploaded"},
    {"status": "ok"},
    {"status": "OK", "error": None},
    {"status": "success", "errors": []},
    {"status": "200 OK"},
    {"stat": "ok"},
    {"state": "SUCCESS", "url": "/u/1", "original": "x.tar.gz"},
    {"result": "success"},
    {"result": True},
    {"ret": 200, "msg": ""},
    {"errno": 0, "data": ["/a"]},
    {"errno": 0},
    {"errcode": 0, "errmsg": "ok"},
    {"errcode": 0, "errmsg": "已受理"},
    {"error": "0", "url": "/f/1"},
    {"error": 0, "url": "/f/1"},
    {"error": "none", "errno": 0},
    {"error": False, "path": "/x"},
    {"hasError": False},
    {"errorCode": "0", "errorMessage": ""},
    {"failed": False},
    {"uploaded": 1, "fileName": "x.tar.gz"},
    {"uploaded": True},
    {"uploaded": ["x.tar.gz"], "failed": []},
    {"stored": True},
    {"saved": "yes"},
    {"data": {"success": True}},
    {"data": {"result": {"status": "stored"}}},
    {"response": {"code": 0, "message": "File saved"}},
    {"files": [{"name": "x.tar.gz", "size": 300_000, "url": "/f"}]},
    {"filename": "x.tar.gz", "size": 300_000},
    {"message": "File uploaded successfully"},
    {"msg": "上传成功"},
    {"detail": "Datei gespeichert"},
    {"message": "Fichier enregistré avec succès"},
    {"mensaje": "Archivo guardado"},
    {"成功": True},
    {"success": True, "timeout": 30, "permission": "rw", "expired": False},
    {"status": "success", "data": {"path": "/errors/2026/x.tar.gz"}},
    {"success": True, "quota": {"used": 5, "size": 10, "failed": 0}},
    {"status": "ok", "created_at": "2026"},
    {"stored": "/data/x.tar.gz"},
    {"resultCode": "0000", "resultMsg": "처리완료"},
    {"ErrorCode": 0, "ErrorMessage": None, "Data": {"FileId": 3}},
    {"head": {"ret": 0, "msg": "success"}},
    {"erfolg": True},
    [{"success": True}],
    True,
    "ok",
    '"ok"',
    "OK",
    "Ok.\n",
    "success",
    "SUCCESS",
    "done",
    "stored",
    "File uploaded successfully",
    "Upload complete",
    "Your file has been saved.",
    "No errors.",
    "0 errors",
    "uploaded 1 file, 0 failed",
    "上传成功",
    "上傳成功",
    "文件已保存",
    "保存しました",
    "アップロードが完了しました",
    "업로드 성공",
    "Erfolgreich hochgeladen",
    "Fichier téléversé",
    "Archivo subido correctamente",
    "Arquivo enviado com sucesso",
    "File caricato con successo",
    "Файл успешно загружен",
    "Plik zapisany",
    "Opgeslagen",
    "Dosya kaydedildi",
    "Filen har sparats",
    "تم الرفع بنجاح",
    "Tải lên thành công",
    "Berhasil disimpan",
    "code=0&msg=ok",
    "success=true",
    "status: ok\nid: 12\n",
    "{'success': True, 'error': None}",
    ')]}\',\n{"success": true}',
    'callback({"success": true});',
    '{"success": true}\n{"success": true}\n',
    "<?xml version='1.0'?><r><status>ok</status></r>",
    '<rsp stat="ok"></rsp>',
    '<response code="0"><message>success</message></response>',
    "<result><success>true</success><error/></result>",
    '<boolean xmlns="http://tempuri.org/">true</boolean>',
    "<ok/>",
    "<html><body>File uploaded successfully</body></html>",
    "<h1>Upload complete</h1><p>You can close this window.</p>",
    "<!DOCTYPE html><title>Done</title><h1>Your file was stored</h1><a href='/login'>Log in</a>",
    '<div class="alert alert-success">Saved.</div><form><input type="file"></form>',
    '<pre>{"code": 0, "msg": "ok"}</pre>',
    "<pre>File is valid, and was successfully uploaded.\nArray ( [error] => 0 [size] => 300000 )"
    "</pre>",
    "<p>Upload: x.tar.gz<br>Stored in: upload/x.tar.gz</p>",
    '<textarea>{"success": true}</textarea>',
    '<br />\n<b>Deprecated</b>:  x in <b>/u.php</b> on line <b>3</b><br />\n{"success":true}',
    '<b>Warning</b>:  Undefined array key "a" in <b>/u.php</b> on line <b>3</b><br />\nok',
]

# The server's bare word: neither a yes nor a no that is known.
BARE: list[object] = [
    {"code": 200, "success": None},
    {"state": 0, "url": "/f/1"},
    "",
    "null",
    "None",
    {},
    [],
    "1",
    {"code": 0},
    {"code": 1},
    {"code": 0, "msg": ""},
    {"id": 12},
    {"filename": "x.tar.gz"},
    {"url": "/f/1"},
    {"status": "queued"},
    {"status": "processing", "job": 7},
    {"status": "accepted"},
    {"received": True},
    {"accepted": True},
    {"jsonrpc": "2.0", "result": None, "id": "id"},
    {"data": None, "error": None},
    {"message": "file already exists"},
    {"message": "Upload will be processed shortly"},
    "hello",
    "x.tar.gz",
    "Thank you",
    "已接收",
    "文件已存在",
    "上传成功后请等待审核",
    "处理中，请稍后",
    "01HF3ZK0N8",
    "<html><body>uploads</body></html>",
    "<!DOCTYPE html><html><head><title>Lab</title></head><body><p>Welcome</p></body></html>",
    "<id>12</id>",
]

# Nothing was stored.
REFUSED: list[object] = [
    # numbers
    {"code": 500, "msg": "失败"},
    {"code": 500},
    {"code": "500"},
    {"code": 400, "message": "missing project"},
    {"code": 401},
    {"code": 403, "msg": "ok"},
    {"code": 300},
    {"code": 302, "url": "/login"},
    {"00081198": {"vr": "SQ", "Value": [{}]}},
    {"code": -1, "message": "token invalid"},
    {"code": 40001},
    {"code": 4001, "msg": "x"},
    {"code": 500100},
    {"code": "A0400"},
    {"code": "B0001", "msg": ""},
    {"code": "INVALID_TOKEN"},
    {"code": "E_FAILED"},
    {"code": 0, "msg": "上传失败"},
    {"code": 0, "msg": "用户未登录", "data": None},
    {"code": 1, "msg": "disk full"},
    {"code": 200, "success": False},
    {"code": 200, "data": {"success": False}},
    {"statusCode": 413, "message": "Payload too large"},
    {"status_code": 500},
    {"status": 500, "message": "failed"},
    {"status": 422},
    {"status": "500"},
    {"status": -1},
    {"status": "507 Insufficient Storage"},
    {"ret": -1},
    {"retcode": -3},
    {"rc": 500},
    {"errno": 1, "data": None},
    {"errno": -2},
    {"errcode": 40001},
    {"errcode": 1, "errmsg": "x"},
    {"errorCode": "E42"},
    {"err": 1},
    {"err": "quota"},
    {"error": 1, "message": "x"},
    # flags
    {"success": False, "msg": "x"},
    {"success": 0, "message": "disk"},
    {"success": "0"},
    {"success": "false"},
    {"success": "no"},
    {"Success": False},
    {"SUCCESS": "N"},
    {"isSuccess": False},
    {"is_success": 0},
    {"successful": False},
    {"succeeded": False},
    {"uploadSuccess": False},
    {"ok": False},
    {"ok": 0},
    {"isOk": False},
    {"accepted": False},
    {"stored": False},
    {"stored": 0},
    {"saved": False},
    {"uploaded": 0, "error": {"message": "could not"}},
    {"uploaded": False},
    {"valid": False},
    {"authenticated": False},
    {"result": False},
    {"status": False},
    {"status": "false"},
    {"data": False},
    {"failed": True},
    {"failed": 1},
    {"isError": True},
    {"hasErrors": True},
    {"rejected": ["x.tar.gz"]},
    {"needLogin": True},
    {"checksumValid": False},
    {"md5_match": False},
    {"quarantined": True},
    {"success": True, "warning": "file truncated"},
    "KO: disk",
    "Segmentation fault",
    "Soubor nebyl uložen",
    {"login_required": 1},
    # words
    {"status": "error"},
    {"status": "ERROR"},
    {"status": "fail"},
    {"status": "failed", "sha256": "SHA256"},
    {"status": "KO"},
    {"status": "NOK"},
    {"status": "rejected"},
    {"status": "denied"},
    {"status": "unauthorized"},
    {"status": "not stored"},
    {"status": "échec"},
    {"status": "fehlgeschlagen"},
    {"state": "FAIL"},
    {"state": "文件大小超出网站限制"},
    {"result": "fail"},
    {"result": "NG"},
    {"result": "失败"},
    {"outcome": "failure"},
    {"type": "error", "text": "x"},
    {"level": "error", "message": "x"},
    {"upload": "failed"},
    {"file": "rejected"},
    {"message": "Upload failed"},
    {"message": "No file part"},
    {"message": "Invalid token"},
    {"message": ["file is required"]},
    {"msg": "请先登录"},
    {"msg": "文件过大"},
    {"msg": "没有权限"},
    {"msg": "upload error 1"},
    {"detail": "Not authenticated"},
    {"detail": [{"loc": ["body", "file"], "msg": "field required", "type": "value_error.missing"}]},
    {"info": "令牌已过期"},
    {"title": "Unauthorized"},
    {"error": "quota"},
    {"error": {"code": 1, "message": "x"}},
    {"error": "no such project"},
    {"errors": ["x"]},
    {"errors": {"file": ["This field is required."]}},
    {"exception": "IOException"},
    {"fault": {"faultstring": "x"}},
    {"jsonrpc": "2.0", "error": {"code": 100, "message": "Failed to open"}, "id": "id"},
    {"d": "上传失败"},
    {"data": "失败"},
    {"状态": "失败"},
    {"成功": False},
    {"fehler": "voll"},
    {"erfolg": False},
    {"statut": "erreur"},
    {"estado": "error"},
    # nested
    {"data": {"success": False, "error": "quota"}},
    {"data": {"result": {"status": "fail"}}},
    {"response": {"header": {"status": {"code": 500}}}},
    {"results": [{"name": "x", "ok": False}]},
    {"files": [{"name": "x.tar.gz", "size": 300_000, "error": "File is too big"}]},
    {"uploaded": [], "failed": ["x.tar.gz"]},
    {"files": []},
    {"success": True, "files": [{"ok": False}]},
    [{"error": "quota", "name": "x"}],
    [False],
    ["error: disk full"],
    {"payload": '{"success": false}'},
    {"accepted": [], "rejected": ["x"]},
    {"successCount": 0, "failCount": 1},
    {"a": {"b": {"c": {"success": False}}}},
    # sizes and hashes
    {"success": True, "size": 0},
    {"success": True, "size": 299_999},
    {"code": 0, "msg": "ok", "data": {"fileSize": 65_536}},
    {"status": "ok", "bytes_received": 100_000},
    {"success": True, "size": "12 KB"},
    {"success": True, "md5": "00" * 16},
    {"ok": True, "sha1": "00" * 20},
    {"status": "ok", "checksum": "00" * 32},
    {"ok": True, "sha256": "00" * 32},
    {"stored": 1000},
    # whole bodies
    False,
    0,
    -1,
    500,
    '"error"',
    "error",
    "false",
    "False",
    "0",
    "-1",
    "fail",
    "FAIL",
    "failed",
    "no",
    "KO",
    "error: disk full",
    "Error 500: Internal Server Error",
    "500 Internal Server Error",
    "not ok",
    "Upload unsuccessful",
    "Could not save file",
    "Couldn't write",
    "File wasn't uploaded",
    "No file was uploaded",
    "permission denied",
    "No space left on device",
    "Quota exceeded",
    "too large",
    "please log in first",
    "Traceback (most recent call last):\n  File ...",
    "java.lang.NullPointerException",
    "SQLSTATE[HY000]: General error",
    "上传失败",
    "上傳失敗",
    "保存失败，请重试",
    "文件不能为空",
    "未登录",
    "系统繁忙",
    "不支持的文件类型",
    "アップロードに失敗しました",
    "保存できませんでした",
    "업로드 실패",
    "Hochladen fehlgeschlagen",
    "Datei nicht gespeichert",
    "Échec du téléversement",
    "Le fichier n'a pas été enregistré",
    "No se pudo guardar el archivo",
    "Falha no envio",
    "Arquivo não salvo",
    "Caricamento non riuscito",
    "Ошибка загрузки",
    "Файл не сохранён",
    "Nie udało się zapisać",
    "Mislukt",
    "Yükleme başarısız",
    "Uppladdningen misslyckades",
    "Lataus epäonnistui",
    "فشل الرفع",
    "Tải lên thất bại",
    "Gagal mengunggah",
    "code=500&msg=fail",
    "success=false",
    "status: error\nreason: quota\n",
    "result=0&error=1",
    "{'success': False, 'error': 'x'}",
    "{code: 500, msg: 'x'}",
    "Sorry, there was an error uploading your file.",
    "Possible file upload attack!",
    "[Errno 28] No space left on device",
    "MulterError: Unexpected field",
    "uploaded 0 of 1",
    "0|error",
    "参数不合法",
    "파일이 너무 큽니다",
    "Espace insuffisant",
    "Недостаточно места",
    "Datei zu groß",
    ')]}\',\n{"success": false}',
    'callback({"code": 500})',
    '{"success": true}\n{"success": false}\n',
    '{"code": 0}\n<b>Fatal error</b>: Allowed memory size exhausted',
    "<?xml version='1.0'?><r><status>fail</status></r>",
    '<rsp stat="fail"><err code="98" msg="Invalid auth token"/></rsp>',
    "<response><code>500</code></response>",
    "<result><success>false</success></result>",
    "<Error><Code>AccessDenied</Code></Error>",
    '<boolean xmlns="http://tempuri.org/">false</boolean>',
    "<s:Envelope xmlns:s='http://x'><s:Body><s:Fault><faultstring>x</faultstring></s:Fault></s:Body>"
    "</s:Envelope>",
    "<failure/>",
    "<response><error><code>12</code></error></response>",
    '<string xmlns="http://tempuri.org/">{"code":500}</string>',
    "<xml><return_code><![CDATA[FAIL]]></return_code></xml>",
    '<h2>Object moved to <a href="/x">here</a>.</h2>',
    "<html><head><title>504 Gateway Time-out</title></head><body><h1>504</h1></body></html>",
    "<d:multistatus xmlns:d='DAV:'><d:response><d:status>HTTP/1.1 507 Insufficient Storage"
    "</d:status></d:response></d:multistatus>",
    "<br />\n<b>Warning</b>:  move_uploaded_file(): failed to open stream in <b>/var/www/u.php</b>"
    " on line <b>9</b><br />\n",
    "<br />\n<b>Fatal error</b>:  Uncaught Error in <b>/u.php</b> on line <b>9</b><br />\n",
    "<html><body>上传失败</body></html>",
    "<h1>Upload failed</h1>",
    "<title>Error</title><p>x</p>",
    '<div class="alert alert-danger">Too many files</div><form><input type="file"></form>',
    '<ul class="errorlist"><li>This field is required.</li></ul>',
    '<pre>{"code": 500, "msg": "x"}</pre>',
]

SIGN_IN = [
    "<!DOCTYPE html><title>Sign in</title>",
    "<html><script>location='/login'</script>",
    "<html><form method=post>login</form></html>",
    "<html><body><form><input name=u><input type=password name=p></form></body></html>",
    '<meta http-equiv="refresh" content="0; url=https://sso.example/saml2/login">',
    "<title>Hotel Guest Wi-Fi</title><p>Welcome</p>",
    "<html><h1>请登录</h1></html>",
    "<title>用户登录</title>",
    "<title>Anmeldung</title>",
    "<html><noscript>You need to enable JavaScript to run this app.</noscript></html>",
]


def shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", STORED, ids=shown)
def test_a_known_sign_of_success_is_a_yes(body: object, kind: str, archive: Archive) -> None:
    assert judged(body, archive, kind).verdict is YES


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", BARE, ids=shown)
def test_what_says_neither_is_the_servers_bare_word(
    body: object, kind: str, archive: Archive
) -> None:
    assert judged(body, archive, kind).verdict is NEITHER


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", REFUSED, ids=shown)
def test_a_known_no_is_a_no_whatever_else_it_says(
    body: object, kind: str, archive: Archive
) -> None:
    assert judged(body, archive, kind).verdict is NO


@pytest.mark.parametrize("body", [b for b in REFUSED if isinstance(b, dict)], ids=shown)
def test_a_no_counts_even_beside_the_right_checksum(
    body: dict[str, object], archive: Archive
) -> None:
    own = {"sha256": archive.sha256, "size": archive.size, "parcel": archive.parcel}
    assert judged({**own, **body}, archive).verdict is NO


@pytest.mark.parametrize("body", SIGN_IN)
def test_a_sign_in_page_is_a_no(body: str, archive: Archive) -> None:
    judgement = judged(body, archive, "text/html")
    assert (judgement.verdict, judgement.reason) == (NO, "sign in")


def test_a_right_checksum_proves_the_arrival(archive: Archive) -> None:
    data = archive.path.read_bytes()
    sha256 = hashlib.sha256(data)
    for body, proof in (
        ({"sha256": sha256.hexdigest()}, "receiver's SHA-256"),
        ({"data": {"SHA256": sha256.hexdigest().upper()}}, "receiver's SHA-256"),
        ({"digest": base64.b64encode(sha256.digest()).decode()}, "receiver's checksum"),
        ({"md5": hashlib.md5(data).hexdigest()}, "receiver's MD5"),
        ({"checksum": f"sha-256=:{base64.b64encode(sha256.digest()).decode()}:"},
         "receiver's checksum"),
        ("<r><md5>" + hashlib.md5(data).hexdigest() + "</md5></r>", "receiver's MD5"),
    ):  # fmt: skip
        judgement = judged(body, archive)
        assert (judgement.verdict, judgement.proof) == (YES, proof), body


def test_a_hash_that_is_none_in_any_script_is_no_proof(archive: Archive) -> None:
    garbled = "ab" * 19 + "恇" + "ab" * 12 + "a"  # as long as a SHA-256
    assert judged({"success": True, "sha256": garbled}, archive).verdict is NO


@pytest.mark.parametrize("size", ["0.3 MB", "293 KB", "300 kB", 293, "300,000", 0.3, "300000"])
def test_a_rounded_size_is_no_contradiction(size: object, archive: Archive) -> None:
    assert judged({"success": True, "size": size}, archive).verdict is YES


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "maxSize": 1048576, "quota": {"size": 10, "used": 4}},
        {"success": True, "data": {"hash": "FuG1hXyZ4ZkK2uV4pQm5nQe1W8aB", "etag": 'W/"12"'}},
        {"success": True, "request_size": 300_400},
    ],
)
def test_other_sizes_and_ids_contradict_nothing(body: object, archive: Archive) -> None:
    assert judged(body, archive).verdict is YES


@pytest.mark.parametrize("length", [{"cm": 3}, [1, 2], "long"])
def test_a_length_that_is_no_number_says_nothing(length: object, archive: Archive) -> None:
    assert judged({"ok": True, "length": length}, archive).verdict is YES


def test_an_answer_in_the_encoding_of_a_chinese_server_is_understood(archive: Archive) -> None:
    assert judged("上传失败".encode("gb18030"), archive).verdict is NO
    assert judged("上传成功".encode("gbk"), archive, "text/html; charset=gbk").verdict is YES


@pytest.mark.parametrize("body", ['{"success": true', '{"sha256": "', "[" * 50_000])
def test_json_that_breaks_off_is_broken(body: str, archive: Archive) -> None:
    with pytest.raises(BrokenJson):
        judged(body, archive)


def test_a_word_is_judged_by_its_whole(tmp_path: Path) -> None:
    assert text_verdict("unsuccessful") is NO
    assert text_verdict("No errors, 12 files stored") is YES
    assert text_verdict("interrupted") is NO
    assert text_verdict("error_report.dcm") is NEITHER


@pytest.mark.parametrize(
    "body",
    [
        "a=" + " " * 60_000 + "x",
        "<script" * 9_000,
        "<a class=" * 7_000,
        "<a class=error>" * 4_000,
        "<pre>" * 13_000,
        "not " * 15_000,
        "x" * 60_000,
        "a." * 30_000,
        "/" * 60_000,
        "(" * 60_000 + ")",
        "a(" + ")" * 60_000,
        "{'a': '" + "\\d" * 5_000 + "'}",
    ],
    ids=lambda body: body[:20],
)
def test_an_answer_made_to_take_long_is_judged_all_the_same(body: str, archive: Archive) -> None:
    answer = Answer("http://lab/up", 200, {"content-type": "text/html"}, body.encode())
    assert judge(answer, Sent(archive)).verdict in Verdict
    assert len(answer.words) <= 300


@pytest.mark.parametrize("body", [b"ok", b'{"success": true}', b"", b"<html>stored</html>"])
def test_what_breaks_off_says_nothing_though_it_begins_well(archive: Archive, body: bytes) -> None:
    with pytest.raises(BrokenJson):
        judge(Answer("http://lab/up", 200, {}, body, whole=False), Sent(archive))
