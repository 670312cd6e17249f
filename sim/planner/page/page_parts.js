// Parts that every view uses: elements, requests to this machine, times of day. Text is never read as HTML.

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const DAY = 1440;
export const WEEK = 7 * DAY;

const token = new URLSearchParams(location.search).get("token") ?? "";

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

export const byId = (id) => document.getElementById(id);

export async function get(path) {
  return answered(await fetch(path, { headers: { "X-PeerED-Token": token } }));
}

export async function post(path, body, signal) {
  return answered(await fetch(path, {
    method: "POST", signal, headers: { "X-PeerED-Token": token, "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  }));
}

async function answered(response) {
  if (!response.ok && response.status !== 503) throw new Error((await response.text()).trim());
  return response;
}

// Each line of a stream of JSON, as it comes.
export async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}

export function minutesOf(clock) {
  const [hours, minutes] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

export function clockOf(minutes) {
  const inDay = ((minutes % DAY) + DAY) % DAY;
  const text = (number) => String(number).padStart(2, "0");
  return `${text(Math.floor(inDay / 60))}:${text(Math.round(inDay % 60))}`;
}

export const inWords = (name) => name.replaceAll("_", " ");

// Names of roles that the server says otherwise.
export const roleNames = {};
export const roleInWords = (role) => roleNames[role] ?? inWords(role);

export function problemList(problems) {
  return problems.map(({ path, value, remedy }) => element("li", {}, `${path} = ${value}: ${remedy}`));
}

// Offer a text to be saved as a file.
export function offer(text, type, name) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
