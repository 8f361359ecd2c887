"use strict";
// A telephone. Text only ever becomes text nodes: nothing here makes HTML from a string.
(() => {
  const [number, settings, log, empty, status, problem, form, body, picture, fault, kind, when] =
    ["number", "settings", "log", "empty", "status", "problem", "form", "body", "picture", "fault", "kind", "when"]
      .map((id) => document.getElementById(id));
  const POLL_MS = 1000;
  const PICTURE = [["NumMedia", "1"], ["MediaContentType0", "image/jpeg"], ["MediaUrl0", "https://api.twilio.com/picture"]];
  const WRONG = {
    0: "The assistant cannot be reached. Start it with: make run TEXTS=double",
    403: "The assistant did not accept the signature. Start it with: make run TEXTS=double",
    404: "The assistant has no Twilio account. Start it with: make run TEXTS=double",
  };
  const DOWN = "The Twilio double does not answer.";
  const shown = new Map();

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function isWhatsApp() {
    return new FormData(settings).get("channel") === "whatsapp";
  }

  function address() {
    return (isWhatsApp() ? "whatsapp:" : "") + number.value;
  }

  function about(message) {
    const time = new Date(message.date_created).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (message.direction === "inbound") return `${time}, ${message.seen ? "taken" : "not taken yet"}`;
    const segments = message.num_segments === "1" ? "1 segment" : `${message.num_segments} segments`;
    const error = message.error_code ? `, error ${message.error_code}` : "";
    return `${time}, ${message.status}, ${segments}${error}`;
  }

  // WhatsApp opens a list behind one button; here its rows stand below that button's name.
  function offered(message) {
    if (!message.buttons.length) return [];
    const group = element("div", "buttons", "");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", message.list_button || "Buttons");
    if (message.list_button) group.append(element("p", "hint", message.list_button));
    for (const one of message.buttons) {
      const button = element("button", "quiet", one.title);
      button.type = "button";
      if (one.description) button.append(element("span", "below", one.description));
      button.addEventListener("click", () => tell("/control/presses", { sid: message.sid, id: one.id }));
      group.append(button);
    }
    return [group];
  }

  function add(message) {
    const mine = message.direction === "inbound";
    const item = element("div", mine ? "message mine" : "message", "");
    const says = element("p", "text", "");
    says.append(element("span", "unseen", mine ? "You: " : "Clinic: "), message.body || "[no text]");
    const line = element("p", "about", about(message));
    item.append(says, ...offered(message), line);
    log.append(item);
    shown.set(message.sid, line);
    log.scrollTop = log.scrollHeight;
  }

  function show(messages) {
    for (const message of messages) {
      const line = shown.get(message.sid);
      if (!line) add(message);
      else if (line.textContent !== about(message)) line.textContent = about(message);
    }
    empty.hidden = messages.length > 0;
  }

  async function look() {
    if (!number.checkValidity()) return;
    const asked = address();
    try {
      const response = await fetch(`/control/texts?number=${encodeURIComponent(asked)}`);
      const { messages } = await response.json();
      if (asked === address()) show(messages);
      // What is said of a fault stays.
      if (status.textContent === DOWN) status.textContent = "";
    } catch {
      status.textContent = DOWN;
    }
  }

  async function post(path, content) {
    return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
  }

  async function send(text, fields) {
    if (number.reportValidity()) await tell("/control/texts", { from: number.value, body: text, whatsapp: isWhatsApp(), fields });
  }

  async function tell(path, content) {
    problem.textContent = "";
    try {
      const response = await post(path, content);
      const { webhook_statuses: [answered] } = await response.json();
      if (answered < 200 || answered > 299) problem.textContent = WRONG[answered] || `The assistant answered ${answered}.`;
    } catch {
      problem.textContent = DOWN;
    }
    await look();
  }

  function begin() {
    shown.clear();
    log.replaceChildren();
    look();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = body.value.trim();
    if (!text) return;
    body.value = "";
    send(text, []);
    body.focus();
  });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  picture.addEventListener("click", () => send("", PICTURE));
  settings.addEventListener("submit", (event) => event.preventDefault());
  settings.addEventListener("change", begin);
  fault.addEventListener("submit", async (event) => {
    event.preventDefault();
    await post("/control/faults", { kind: kind.value, when: when.value });
    status.textContent = "The next answer goes wrong.";
  });

  look();
  setInterval(look, POLL_MS);
})();
