"""The kinds of message, in words that hold for every channel. The drawing of a kind is `inbox/message/<kind>.html`;
a kind without one is drawn as an honest placeholder (`inbox/message/other.html`).

What `content` holds for each kind (every field may be missing unless marked with *):
  text         –                                      (the body is Message.text)
  image, video, audio, document, sticker   –          (files are Attachment rows; caption is Message.text)
  location     latitude*, longitude*, name, address, url
  contacts     cards*: [{name, phones: [{number, type, account}], emails, organization}], origin
  choice       id, title, description, via: template | buttons | list   (a tap; Message.text is the title)
  form         name, answers (object or list), raw_answers (text that was not JSON)
  order        catalog_id, items: [{sku, quantity, price, currency}]    (Message.text is the customer's words)
  product      catalog_id, sku
  payment      reference_id, status, method, …
  call         direction, status, duration (seconds)
  system       change: keys | identity | other        (Message.text is the platform's sentence)
  welcome      –                                      (the customer opened the chat for the first time)
  unsupported  type, code, reason                     (the platform itself could not pass it on)
  other        type                                   (we have no name for it; the raw item is kept)
Any kind may also have: forwarded (true | "many"), referred_product {catalog_id, sku}, referral {source_url,
source_id, source_type, headline, body, media_type, image_url, video_url, thumbnail_url, click_id, welcome_text}.
"""

TEXT = "text"
IMAGE = "image"
VIDEO = "video"
AUDIO = "audio"
DOCUMENT = "document"
STICKER = "sticker"
LOCATION = "location"
CONTACTS = "contacts"
CHOICE = "choice"
FORM = "form"
ORDER = "order"
PRODUCT = "product"
PAYMENT = "payment"
CALL = "call"
SYSTEM = "system"
WELCOME = "welcome"
UNSUPPORTED = "unsupported"
OTHER = "other"
TEMPLATE = "template"
INTERACTIVE = "interactive"
EVENT = "event"
NOTE = "note"

FILES = frozenset({IMAGE, VIDEO, AUDIO, DOCUMENT, STICKER})
