"use strict";
// The plain chat page. Text only ever becomes text nodes: nothing here makes HTML from a string.
(() => {
  const strings = JSON.parse(document.getElementById("strings").textContent);
  const [main, log, form, input, send, status, alert, clear, confirmBox, yes, no] =
    ["main", "log", "form", "input", "send", "status", "alert", "clear", "confirm", "confirm-yes", "confirm-no"]
      .map((id) => document.getElementById(id));
  const TOKEN = "assistant-token";
  const TIMEOUT_MS = 15000;
  const POLL_MS = 1500;
  const POLLS = 30;
  const RETRY_SECONDS = 30;
  // A message that is not answered yet: its body and key stay the same however often it is sent.
  let pending = null;
  let busy = false;
  // The ids of what is shown; the last that news or a history brought; when news are asked for next.
  const seen = new Set();
  let latest = "";
  let timer = 0;

  // ---- Elements ---------------------------------------------------------------------------------
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const PHONES = new RegExp(`(${escaped(strings.clinic_phone)}|1-800-222-1222|\\b911\\b|\\b988\\b)`);

  function withPhoneLinks(text) {
    return text.split(PHONES).map((part, index) => index % 2 === 0 ? part
      : element("a", { href: `tel:${part.replace(/[^+\d]/g, "")}` }, part));
  }

  // Long text is shown two sentences to a paragraph; what must be seen at once, and lists, one.
  function paragraphs(text, urgent) {
    const sentences = text.split(/\n+|(?<=[.!?])\s+(?=[A-Z"])/).filter((part) => part.trim());
    const size = urgent || text.includes("\n") ? 1 : 2;
    const shown = [];
    for (let start = 0; start < sentences.length; start += size) {
      const part = sentences.slice(start, start + size).join(" ");
      shown.push(element("p", {}, ...withPhoneLinks(part)));
    }
    return shown;
  }

  function sourceParts(message) {
    const source = message.source;
    const day = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" })
      .format(new Date(source.reviewed_on));
    const known = {
      page: strings.pages[message.page] || "", section: source.section,
      reviewer: source.reviewed_by, date: day,
    };
    const line = strings.source_line.replace(/\{(\w+)\}/g, (whole, name) => known[name] ?? whole);
    const parts = [element("p", { class: "aside" }, line)];
    const away = { target: "_blank", rel: "noopener noreferrer" };
    const items = source.references.map((reference) => element("li", { class: "aside" },
      `${reference.citation} `,
      element("a", { href: `https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(reference.pmid)}/`, ...away },
        `PMID ${reference.pmid}`)));
    if (/^https?:\/\//.test(source.url)) {
      items.push(element("li", { class: "aside" }, element("a", { href: source.url, ...away }, strings.read_page)));
    }
    parts.push(element("details", {}, element("summary", {}, strings.references), element("ul", {}, ...items)));
    return parts;
  }

  function dropChoices() {
    for (const list of log.querySelectorAll(".choices")) list.remove();
  }

  function choices(message) {
    const items = message.buttons.map((button) => {
      const made = element("button", { type: "button", class: "choice" }, button.title);
      made.addEventListener("click", () => {
        if (!busy) say({ button_id: button.id }, button.title);
      });
      return element("li", {}, made);
    });
    return element("ul", { class: "choices", "aria-label": strings.choices }, ...items);
  }

  function mine(text) {
    return element("div", { class: "bubble mine" },
      element("span", { class: "hidden" }, `${strings.you_said}: `), element("p", {}, text));
  }

  function theirs(message) {
    const urgent = message.kind === "emergency" || message.kind === "crisis";
    const person = message.from === "person";
    const made = element("div", { class: `bubble ${person ? "person" : message.kind}` }, person
      ? element("p", { class: "aside name" }, strings.person_said.replace("{name}", message.name))
      : element("span", { class: "hidden" }, `${strings.assistant_said}: `),
    ...paragraphs(message.text, urgent));
    if (message.source) made.append(...sourceParts(message));
    if (message.disclaimer) made.append(element("p", { class: "aside disclaimer" }, message.disclaimer));
    if (message.buttons) {
      // What was asked before the danger can still be answered after it.
      if (!urgent) dropChoices();
      made.append(choices(message));
    }
    return made;
  }

  // Whatever comes twice, as an answer and as news, is shown once.
  function fresh(entries) {
    const found = entries.filter((entry) => !seen.has(entry.id));
    for (const entry of found) seen.add(entry.id);
    return found.map((entry) => entry.role === "patient" ? mine(entry.text) : theirs(entry));
  }

  function show(...bubbles) {
    log.append(...bubbles);
    const last = bubbles[bubbles.length - 1];
    if (!last) return;
    // A long answer is read from its beginning. Only `main` scrolls, so that the help line stays.
    const top = last.offsetHeight > main.clientHeight ? last.offsetTop - 8 : main.scrollHeight;
    if (main.scrollHeight > main.clientHeight) main.scrollTo({ top });
    else last.scrollIntoView({ block: "nearest" });
  }

  // ---- State shown ------------------------------------------------------------------------------
  function working(on) {
    busy = on;
    status.textContent = on ? strings.working : "";
    status.classList.toggle("working", on);
    // Not `disabled`: that would take the keyboard focus away.
    send.setAttribute("aria-disabled", String(on));
    for (const button of log.querySelectorAll(".choice")) button.setAttribute("aria-disabled", String(on));
  }

  function tell(text, again) {
    alert.replaceChildren();
    if (!text) return;
    alert.append(element("p", {}, ...withPhoneLinks(text)));
    if (again) {
      const button = element("button", { type: "button", class: "choice" }, strings.try_again);
      button.addEventListener("click", () => { if (!busy) again(); });
      alert.append(button);
    }
  }

  function fit() {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
  }

  // ---- The interface ----------------------------------------------------------------------------
  class Failure extends Error {
    constructor(status, code, message, wait) {
      super(code);
      Object.assign(this, { status, code, text: message, wait });
    }
  }

  async function call(method, path, body, key) {
    const headers = {};
    const token = sessionStorage.getItem(TOKEN);
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    let response;
    try {
      response = await fetch(path, {
        method, headers, body: body && JSON.stringify(body),
        credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const content = response.status === 204 ? null : await response.json();
      if (response.ok) return content;
      throw new Failure(response.status, content.error.code, content.error.message,
        Number(response.headers.get("Retry-After")) || 0);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(0, "offline", strings.offline, 0);
    }
  }

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  async function open(greet) {
    const opened = await call("POST", "/api/session", {});
    sessionStorage.setItem(TOKEN, opened.token);
    clear.hidden = false;
    follow(opened.messages);
    const greeting = fresh(opened.messages);
    if (greet) show(...greeting);
    watch(0);
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function say(body, shown) {
    if (body.text !== undefined && pending && pending.body.text === body.text) return deliver();
    pending = { body, key: newKey(), shown, bubble: null };
    return deliver();
  }

  async function deliver() {
    const message = pending;
    tell("");
    working(true);
    if (!message.bubble) {
      message.bubble = mine(message.shown);
      show(message.bubble);
    }
    message.bubble.classList.remove("unsent");
    let said = "";
    try {
      if (!sessionStorage.getItem(TOKEN)) await open(false);
      const answer = await call("POST", "/api/message", message.body, message.key);
      settle(message, answer);
      if (!answer.messages.length) said = strings.delivered;
    } catch (failure) {
      failed(message, failure);
    } finally {
      working(false);
      status.textContent = said;
    }
  }

  function settle(message, answer) {
    pending = null;
    if (message.body.text !== undefined && input.value.trim() === message.shown) {
      input.value = "";
      fit();
    }
    show(...fresh(answer.messages));
    watch(0);
  }

  // What was typed stays in its field until it is answered.
  function failed(message, failure) {
    if (!(failure instanceof Failure)) throw failure;
    message.bubble.remove();
    message.bubble = null;
    if (failure.status === 401) {
      sessionStorage.removeItem(TOKEN);
      dropChoices();
      clear.hidden = true;
      pending = null;
      tell(strings.session_over, message.body.text === undefined ? null : () => say(message.body, message.shown));
    } else if (failure.code === "text_too_long" || failure.code === "body_too_large" || failure.code === "text_empty") {
      pending = null;
      tell(failure.text);
    } else if (failure.code === "button_over") {
      pending = null;
      begin().then(() => tell(failure.text));
    } else {
      tell(failure.text, deliver);
    }
  }

  // ---- Reload -----------------------------------------------------------------------------------
  function draw(history) {
    seen.clear();
    log.replaceChildren(...fresh(history));
    follow(history);
    main.scrollTop = main.scrollHeight;
  }

  async function restore() {
    if (!sessionStorage.getItem(TOKEN)) {
      await open(true);
      return;
    }
    let history;
    try {
      history = (await call("GET", "/api/history")).messages;
    } catch (failure) {
      if (failure.status !== 401) throw failure;
      sessionStorage.removeItem(TOKEN);
      await open(true);
      return;
    }
    clear.hidden = false;
    form.hidden = false;
    // Drawn before the region goes live: a screen reader does not read it all again.
    draw(history);
    announce();
    if (waits(history)) await waitForAnswer();
    watch(0);
  }

  const waits = (history) => history.some((entry) => entry.answered === false);

  async function waitForAnswer() {
    working(true);
    try {
      for (let poll = 0; poll < POLLS; poll += 1) {
        await pause(POLL_MS);
        const history = (await call("GET", "/api/history")).messages;
        show(...fresh(history));
        follow(history);
        if (!waits(history)) return;
      }
    } finally {
      working(false);
    }
  }

  // ---- News: what people of the clinic write ----------------------------------------------------
  function follow(entries) {
    const last = entries.filter((entry) => entry.role !== "patient").pop();
    if (last) latest = last.id;
  }

  function watch(seconds) {
    clearTimeout(timer);
    if (document.hidden || !sessionStorage.getItem(TOKEN)) return;
    timer = setTimeout(look, seconds * 1000);
  }

  async function look() {
    const token = sessionStorage.getItem(TOKEN);
    let again = RETRY_SECONDS;
    try {
      const news = await call("GET", `/api/updates?after=${latest}`);
      // Of a conversation that was deleted or ended meanwhile nothing is shown.
      if (token !== sessionStorage.getItem(TOKEN)) return;
      show(...fresh(news.messages));
      follow(news.messages);
      again = news.again_seconds;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.status === 401) return;
      again = Math.max(again, failure.wait);
    }
    watch(again);
  }

  function announce() {
    log.setAttribute("aria-live", "polite");
    log.setAttribute("aria-relevant", "additions");
  }

  async function begin() {
    tell("");
    working(true);
    try {
      await restore();
      form.hidden = false;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      tell(failure.text || strings.unavailable, begin);
    } finally {
      working(false);
      // After the greeting or the history stands, so that only what comes is read out.
      announce();
    }
  }

  // ---- Deleting ---------------------------------------------------------------------------------
  function ask(open) {
    confirmBox.hidden = !open;
    (open ? no : clear).focus();
  }

  async function erase() {
    confirmBox.hidden = true;
    tell("");
    try {
      await call("DELETE", "/api/session");
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.status !== 401) {
        tell(strings.clear_failed, erase);
        return;
      }
    }
    sessionStorage.removeItem(TOKEN);
    pending = null;
    clearTimeout(timer);
    log.replaceChildren();
    seen.clear();
    clear.hidden = true;
    input.value = "";
    fit();
    status.textContent = strings.cleared;
    input.focus();
  }

  // ---- Events -----------------------------------------------------------------------------------
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text && !busy) say({ text }, text);
    input.focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  input.addEventListener("input", fit);
  clear.addEventListener("click", () => ask(confirmBox.hidden));
  no.addEventListener("click", () => ask(false));
  yes.addEventListener("click", erase);
  confirmBox.addEventListener("keydown", (event) => { if (event.key === "Escape") ask(false); });
  document.addEventListener("visibilitychange", () => watch(0));
  window.addEventListener("offline", () => tell(strings.offline, pending ? deliver : null));
  window.addEventListener("online", () => { if (!pending) tell(""); });
  begin();
})();
