"""Every call of pywa that the sandbox serves, against the sandbox at $SANDBOX."""

import json
import os
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
from pywa import WhatsApp, types
from pywa.errors import WhatsAppError
from pywa.types import templates as t

SANDBOX, INBOUND = os.environ["SANDBOX"], os.environ["INBOUND"]
PHONE, WABA, APP, SECRET = "109900000000001", "201900000000001", "700100200300400", "secret-of-clients"
TO = "+15550109999"
PNG = b"\x89PNG\r\n\x1a\n-not-really-a-picture"
passed, failed = 0, 0


class ToSandbox(httpx.HTTPTransport):
    """Sends what is meant for Meta's host to the sandbox; the client itself is unchanged."""

    def handle_request(self, request):
        if request.url.host.endswith("facebook.com"):
            here = httpx.URL(SANDBOX)
            request.url = request.url.copy_with(scheme=here.scheme, host=here.host, port=here.port)
            request.headers["host"] = f"{here.host}:{here.port}"
        return super().handle_request(request)


class Callback(BaseHTTPRequestHandler):
    """Answers the webhook handshake."""

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(query["hub.challenge"][0].encode())

    def log_message(self, *_):
        pass


def check(name, work, expected=bool):
    global passed, failed
    try:
        answer = work()
        if not expected(answer):
            raise AssertionError(f"unexpected answer {answer!r}")
        passed += 1
        return answer
    except Exception as error:  # each call is a case of its own
        failed += 1
        print(f"  not ok {name}: {type(error).__name__} {error}")


def control(path, body):
    request = urllib.request.Request(
        f"{SANDBOX}/sandbox/{path}", json.dumps(body).encode(), {"content-type": "application/json"}, method="POST"
    )
    return json.load(urllib.request.urlopen(request))


server = HTTPServer(("127.0.0.1", 0), Callback)
threading.Thread(target=server.serve_forever, daemon=True).start()
callback = f"http://127.0.0.1:{server.server_port}/hook"
wa = WhatsApp(phone_id=PHONE, token="EAAclients", waba_id=WABA, app_id=APP, session=httpx.Client(transport=ToSandbox()))
sent = lambda answer: answer.id.startswith("wamid.")

media = check("upload_media", lambda: wa.upload_media(PNG, mime_type="image/png", filename="a.png"), lambda a: a.id.isdigit())
url = check("get_media_url", lambda: wa.get_media_url(media.id), lambda a: a.mime_type == "image/png")
check("get_media_bytes", lambda: wa.get_media_bytes(url.url), lambda a: a == PNG)
check("send_message", lambda: wa.send_message(TO, "Hello", preview_url=True, tracker="job-1"), sent)
check("send_message reply", lambda: wa.send_message(TO, "A reply", reply_to_message_id=INBOUND), sent)
buttons = [types.Button(title="Yes", callback_data="y"), types.Button(title="No", callback_data="n")]
check("send_message buttons", lambda: wa.send_message(TO, "?", header="H", footer="F", buttons=buttons), sent)
rows = [types.SectionRow(title="Small", callback_data="s", description="0.2 l")]
sections = types.SectionList(button_title="Open", sections=[types.Section(title="Cups", rows=rows)])
check("send_message list", lambda: wa.send_message(TO, "?", buttons=sections), sent)
check("send_message link", lambda: wa.send_message(TO, "?", buttons=types.URLButton(title="Open", url="https://ex.test/")), sent)
check("send_image by id", lambda: wa.send_image(TO, media.id, caption="Look"), sent)
check("send_image by link", lambda: wa.send_image(TO, "https://ex.test/a.png"), sent)
check("send_image bytes", lambda: wa.send_image(TO, PNG, mime_type="image/png"), sent)
check("send_video", lambda: wa.send_video(TO, "https://ex.test/a.mp4", caption="V"), sent)
check("send_document", lambda: wa.send_document(TO, "https://ex.test/a.pdf", filename="a.pdf", caption="D"), sent)
check("send_audio", lambda: wa.send_audio(TO, "https://ex.test/a.mp3"), sent)
check("send_voice", lambda: wa.send_voice(TO, "https://ex.test/a.ogg"), sent)
check("send_sticker", lambda: wa.send_sticker(TO, "https://ex.test/a.webp"), sent)
check("send_reaction", lambda: wa.send_reaction(TO, "👍", INBOUND), sent)
check("remove_reaction", lambda: wa.remove_reaction(TO, INBOUND), sent)
check("send_location", lambda: wa.send_location(TO, 52.5, 13.4, "Here", "Berlin"), sent)
check("request_location", lambda: wa.request_location(TO, "Where?"), sent)
check("request_contact_info", lambda: wa.request_contact_info(TO, "Your number?"), sent)
ben = types.Contact(name=types.Contact.Name(formatted_name="Ben B", first_name="Ben"), phones=[types.Contact.Phone(phone="+1555")])
check("send_contact", lambda: wa.send_contact(TO, ben), sent)
check("send_catalog", lambda: wa.send_catalog(TO, "Our shop"), sent)
check("send_product", lambda: wa.send_product(TO, catalog_id="1", sku="2", body="This"), sent)
check("mark_message_as_read", lambda: wa.mark_message_as_read(INBOUND))
check("indicate_typing", lambda: wa.indicate_typing(INBOUND))
check("delete_media", lambda: wa.delete_media(media.id))
check("block_users", lambda: wa.block_users([TO]), lambda a: len(a.added_users) == 1)
check("get_blocked_users", lambda: list(wa.get_blocked_users()), lambda a: len(a) == 1)
check("unblock_users", lambda: wa.unblock_users([TO]), lambda a: len(a.removed_users) == 1)

check("get_business_account", lambda: wa.get_business_account(), lambda a: a.id == WABA)
check("get_business_phone_number", lambda: wa.get_business_phone_number(), lambda a: a.id == PHONE)
check("get_business_phone_numbers", lambda: list(wa.get_business_phone_numbers()), lambda a: a[0].id == PHONE)
check("get_business_phone_number_settings", lambda: wa.get_business_phone_number_settings())
check("update_display_name", lambda: wa.update_display_name("Kranz"))
check("update_business_profile", lambda: wa.update_business_profile(about="Coffee", email="a@ex.test", websites=["https://ex.test/"]))
check("get_business_profile", lambda: wa.get_business_profile(), lambda a: a.about == "Coffee" and a.email == "a@ex.test")
new = check("create_phone_number", lambda: wa.create_phone_number(country_calling_code="49", phone_number="305550199", verified_name="F"))
check("request_verification_code", lambda: wa.request_verification_code(code_method="SMS", language_code="de", phone_id=new.id))
state = json.load(urllib.request.urlopen(f"{SANDBOX}/sandbox/state"))
code = next(number["verification_code"] for number in state["numbers"] if number["id"] == new.id)
check("verify_phone_number", lambda: wa.verify_phone_number(code, phone_id=new.id))
check("register_phone_number", lambda: wa.register_phone_number("123456", phone_id=new.id))
check("deregister_phone_number", lambda: wa.deregister_phone_number(phone_id=new.id))

params = [t.BodyText.params(first_name="Ann")]
check("send_template", lambda: wa.send_template(TO, "come_back", t.TemplateLanguage.ENGLISH_US, params), sent)
check("send_template by the marketing API", lambda: wa.send_template(TO, "come_back", t.TemplateLanguage.ENGLISH_US, params, use_mm_lite_api=True), sent)
body = t.BodyText("Hi {{name}}, your table number {{table}} is ready for you.", name="Ann", table="7")
reply, link = t.QuickReplyButton(text="Thanks"), t.URLButton(text="Menu", url="https://ex.test/menu")
template = t.Template(
    name="table_ready", language=t.TemplateLanguage.ENGLISH_US, category=t.TemplateCategory.UTILITY,
    parameter_format=t.ParamFormat.NAMED, components=[t.HeaderText("Good news"), body, t.FooterText(text="Kranz"), t.Buttons(buttons=[reply, link])],
)
made = check("create_template", lambda: wa.create_template(template), lambda a: a.status == t.TemplateStatus.PENDING)
picture = t.Template(
    name="picture", language=t.TemplateLanguage.ENGLISH_US, category=t.TemplateCategory.MARKETING,
    components=[t.HeaderImage(example=PNG, mime_type="image/png"), t.BodyText("Look at what is new in our shop.")],
)
check("create_template with a sample", lambda: wa.create_template(picture))
check("get_templates", lambda: list(wa.get_templates(statuses=[t.TemplateStatus.PENDING])), lambda a: len(a) == 2)
check("get_template", lambda: wa.get_template(made.id), lambda a: a.name == "table_ready")
control(f"templates/{made.id}/status", {"status": "APPROVED"})
# The client's own method wants more than the success that Meta's page promises, so its request is made without it.
edit = {"components": [{"type": "BODY", "text": "Your table is ready."}]}
check("update_template", lambda: wa.api.update_template(made.id, edit), lambda a: a["success"])
control(f"templates/{made.id}/status", {"status": "PAUSED"})
check("unpause_template", lambda: wa.unpause_template(made.id))
check("delete_template", lambda: wa.delete_template("table_ready", template_id=made.id))

token = check("get_app_access_token", lambda: wa.get_app_access_token(APP, SECRET))
check("set_app_callback_url", lambda: wa.set_app_callback_url(APP, token, callback, "v", ["messages"]))
check("override_waba_callback_url", lambda: wa.override_waba_callback_url(callback, "v"))
check("delete_waba_callback_url", lambda: wa.delete_waba_callback_url())
check("override_phone_callback_url", lambda: wa.override_phone_callback_url(callback, "v"))
check("delete_phone_callback_url", lambda: wa.delete_phone_callback_url())


def refusal():
    try:
        wa.send_message(TO, "x" * 5000)
    except WhatsAppError as error:
        return error.code == 100
    return False


check("error of a refusal", refusal)
print(f"pywa: {passed} passed, {failed} failed")
sys.exit(failed > 0)
