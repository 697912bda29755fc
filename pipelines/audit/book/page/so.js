// The pages of the evidence book. Data comes by <script>, for a page opened from disk may fetch nothing.
// Here: reading the data, the routes, lists. Not here: numbers of its own: a figure is the sum of groups of records.
"use strict";
const store = {}, waiting = {};
function KSTT(name, value) { store[name] = value; (waiting[name] || []).forEach(done => done(value)); delete waiting[name]; }
function load(name) {
  if (name in store) return Promise.resolve(store[name]);
  return new Promise((done, fail) => {
    if (waiting[name]) { waiting[name].push(done); return; }
    waiting[name] = [done];
    const script = document.createElement("script");
    script.src = "du-lieu/" + name.split("/").map(encodeURIComponent).join("/") + ".js";
    script.onload = () => script.remove();
    script.onerror = () => { delete waiting[name]; fail(new Error("Không mở được tệp " + script.src)); };
    document.head.append(script);
  });
}
const main = document.getElementById("main");
let book, forms, others, files;
const SHOWN = 100;

// --- small things ---------------------------------------------------------------------------------------------------
function element(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== "") made.setAttribute(name, value);
  }
  made.append(...children.flat(2).filter(child => child !== null && child !== undefined && child !== ""));
  return made;
}
const link = (route, text) => element("a", {href: "#" + route.split("/").map(encodeURIComponent).join("/")}, text);
const figureLink = (id, text) => link(id, text);
const count = number => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ".");
const two = number => String(number).padStart(2, "0");
function when(value, isMoment) {
  if (value === null) return "";
  const at = new Date(Date.UTC(2000, 0, 1) + value * (isMoment ? 60000 : 86400000));
  const day = two(at.getUTCDate()) + "/" + two(at.getUTCMonth() + 1) + "/" + at.getUTCFullYear();
  const hour = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
  return isMoment && hour !== "00:00" ? day + " " + hour : day;
}
const isoDay = text => text.slice(8, 10) + "/" + text.slice(5, 7) + "/" + text.slice(0, 4);
const printedNumber = text => text.replace(/[*†%]/g, "").replace(/\./g, "").replace(",", ".");
const folded = text => text.normalize("NFKC").toUpperCase().replace(/[\u2010-\u2015\u2212]/g, "-").replace(/[\s\u200b-\u200d\ufeff]/g, "");
function show(title, ...children) {
  document.title = title + " · Sổ tra cứu";
  main.replaceChildren(element("h1", {}, title), ...children.flat(2).filter(Boolean));
  window.scrollTo(0, 0);
}

// --- facts ----------------------------------------------------------------------------------------------------------
async function factOf(name) {
  const fact = book.facts.find(item => item.name === name);
  if (!fact.groups) {
    fact.groups = await load(fact.folder + "/nhom");
    let start = 0;
    fact.starts = fact.groups.map(group => { const first = start; start += group[0]; return first; });
  }
  return fact;
}
function valueOf(fact, group, measure) {
  const amount = fact.amounts.indexOf(measure);
  if (amount >= 0) return group[3][amount];
  const bit = fact.measures.indexOf(measure);
  return bit >= 0 && group[2][bit] === "1" ? group[0] : 0;
}
const has = (fact, group, measure) => { const bit = fact.measures.indexOf(measure); return bit >= 0 && group[2][bit] === "1"; };
function matches(fact, group, form, row) {
  return form.keys.every((key, place) => {
    const at = fact.keys.indexOf(key);
    return row[4][place] === null || (at >= 0 && String(group[1][at]) === String(row[4][place]));
  });
}
// The groups of a fact behind a row of a form where one of the measures is not 0.
function behind(fact, form, row, measures) {
  const found = [];
  fact.groups.forEach((group, number) => {
    if (matches(fact, group, form, row) && measures.some(name => has(fact, group, name))) found.push(number);
  });
  return found;
}
const sumOf = (fact, groups, measures) =>
  groups.reduce((sum, number) => sum + measures.reduce((part, name) => part + valueOf(fact, fact.groups[number], name), 0), 0);
function groupAt(fact, pos) {
  let low = 0, high = fact.starts.length - 1;
  while (low < high) { const middle = (low + high + 1) >> 1; if (fact.starts[middle] <= pos) low = middle; else high = middle - 1; }
  return low;
}
async function recordAt(fact, pos) {
  const piece = await load(fact.folder + "/" + Math.floor(pos / fact.piece));
  return decoded(fact, piece[pos % fact.piece], pos);
}
function decoded(fact, cells, pos) {
  let at = 0;
  const record = {fact, pos, code: cells[at++], unit: fact.unit[cells[at++]] || ""};
  record.more = fact.more.map(([label, words, list]) => { const word = list[cells[at++]]; return [label, words[word] || word || ""]; });
  record.dates = fact.dates.map(([label, isMoment]) => [label, when(cells[at++], isMoment)]);
  record.why = fact.reasons[cells[at++]] || "";
  record.amounts = fact.amounts.map(name => [name, cells[at++]]);
  const rows = cells[at];
  record.rows = fact.parts.map((part, number) => [part, rows.length === 1 ? rows[0] : rows[number]]);
  return record;
}
// Where a row lies: [receipt, unit, file, hash, received, period], sheet, row.
function placeOf(row) { return row ? {file: files[row[0] + 1], sheet: row[1] ? files[0][row[1]] : "", row: row[2]} : null; }
function placeText(place) {
  const [, unit, name] = place.file;
  return [unit, name, place.sheet, place.row ? "dòng " + place.row : "cả tệp"].filter(Boolean).join(" · ");
}
function rowLines(record) {
  const seen = new Map();
  for (const [part, row] of record.rows) {
    const place = placeOf(row);
    const text = place ? placeText(place) : "không có tệp";
    if (!seen.has(text)) seen.set(text, {parts: [], place});
    seen.get(text).parts.push(part);
  }
  return [...seen].map(([text, {parts, place}]) => ({text, parts: parts.join(", "), place}));
}
const unitName = id => (book.units[id] || id);

// --- figures --------------------------------------------------------------------------------------------------------
function findFigure(id) {
  if (others.figures[id]) return {id, other: others.figures[id], text: others.figures[id].text};
  const parts = id.split("/");
  const form = forms.find(item => item.id === parts[0]);
  if (!form || parts.length !== 4) return null;
  const row = form.rows.find(item => item[1] === parts[2]);
  if (!row) return null;
  const column = form.columns.findIndex(item => "c" + item[0] === parts[3]);
  if (column >= 0) {
    const [number, head, source, whole] = form.columns[column];
    return {id, form, row, title: "Cột " + number + " «" + head.join(" / ") + "»", text: row[5][column], source, whole};
  }
  const note = form.notes.findIndex(item => item[0] === parts[3]);
  if (note >= 0) return {id, form, row, title: "Dòng ghi dưới biểu: " + form.notes[note][1], text: row[6][note], source: form.notes[note][2]};
  const ratio = form.ratios.findIndex(item => item[0] === parts[3]);
  if (ratio < 0) return null;
  const [, label, fact, above, below] = form.ratios[ratio];
  return {id, form, row, title: label, text: row[7][ratio], fact, above, below};
}
function headOf(form, fact, measure) {
  const column = form.columns.find(item => item[2] === fact.name + "." + measure && !item[3]);
  return column ? column[1].join(" / ") : measure;
}
const rowTitle = row => (row[2] && row[2] !== row[3] ? row[2] + ". " : "") + row[3];
// The measure a figure sums, by fact: [fact, measures above, measures below (of a percentage)].
function sources(figure) {
  const split = text => text.split(".");
  let found;
  if (figure.above) found = [figure.fact, figure.above, figure.below];
  else if (!figure.source) return [];
  else {
    const [fact, measure] = split(figure.source);
    found = [fact, [measure], figure.whole ? [split(figure.whole)[1]] : null];
  }
  return [found, ...(figure.form.declared ? [[figure.form.declared, found[1], found[2]]] : [])];
}
async function showFigure(id) {
  const figure = findFigure(id);
  if (!figure) return showMissing(id);
  if (figure.other) return await showOther(figure);
  const {form, row} = figure;
  const spans = [];
  let above = 0, below = 0, isRate = false;
  const made = element("ul", {});
  for (const [name, parts, whole] of sources(figure)) {
    const fact = await factOf(name);
    const groups = behind(fact, form, row, whole ? [...parts, ...whole] : parts);
    const sum = sumOf(fact, groups, parts);
    above += sum;
    if (whole) { below += sumOf(fact, groups, whole); isRate = true; }
    const records = groups.reduce((total, number) => total + fact.groups[number][0], 0);
    if (fact.isDeclared && !records) continue;
    spans.push({fact, groups, parts, whole, records});
    made.append(element("li", {}, count(records) + " bản ghi «" + fact.title + "»" + (fact.isDeclared ? " (số ước hoặc số đơn vị tự kê)" : "")
      + (fact.amounts.some(item => parts.includes(item)) ? ", cộng số của từng bản ghi" : whole ? "" : ", mỗi bản ghi đếm 1") + ": " + count(sum)
      + (whole ? " trên " + count(sumOf(fact, groups, whole)) : "")));
    for (const name of [...parts, ...(whole || [])]) if ((fact.rules || {})[name])
      made.append(element("li", {}, "Quy tắc, «" + headOf(form, fact, name) + "»: " + fact.rules[name] + "."));
    if (fact.rulesSource) made.append(element("li", {class: "soft"}, "Căn cứ của quy tắc: " + fact.rulesSource + "."));
  }
  const sides = isRate ? [measureLinks(figure, 1, "Tử số"), measureLinks(figure, 2, "Mẫu số")] : [];
  const total = isRate ? (below ? (Math.round(above * 1000000 / below) / 10000) : null) : above;
  const digits = (figure.text.split(",")[1] || "").replace(/\D/g, "").length;
  const shown = isRate ? (total === null ? "–" : total.toFixed(digits)) : String(total);
  const printed = printedNumber(figure.text);
  const unsent = figure.text.includes("…");
  const agrees = unsent || figure.text === "–" || Math.abs(Number(printed) - Number(shown)) <= (isRate ? Math.pow(10, -digits) : 0);
  const list = element("div", {});
  show(rowTitle(row) + " — " + figure.title,
    element("p", {class: "soft"}, link("bieu/" + form.id, form.number), " · " + form.title),
    element("p", {class: "big"}, figure.text || "(để trống)"),
    element("p", {class: agrees ? "ok" : "bad"}, unsent ? "Đơn vị chưa gửi đủ tệp; các bản ghi dưới đây là của tệp đã có."
      : isRate ? "Cộng lại: " + count(above) + " / " + count(below) + (agrees ? ", khớp số in." : ", KHÔNG KHỚP số in.")
      : "Cộng lại: " + count(above) + (agrees ? ", khớp số in." : ", KHÔNG KHỚP số in.")),
    element("p", {class: "soft"}, "Mã số liệu ", element("code", {}, id), others.codes[id] ? [" · mã ngắn ", element("code", {}, others.codes[id])] : ""),
    element("h2", {}, "Số này làm ra thế nào"), made, sides,
    element("p", {}, "Dòng của biểu: " + rowTitle(row) + sectionOf(form, row) + ". " + (form.source ? "Biểu và cột theo " + form.source + "." : "Bảng của đơn vị, không phải biểu của thông tư.")),
    switchLine(), changesOf(id), await sinceBefore(id), element("p", {class: "soft"}, form.coverage),
    element("h2", {}, "Các bản ghi"), list);
  await listRecords(list, spans, figure);
}
function sectionOf(form, row) {
  if (row[0] !== "row") return row[0] === "total" ? " (cộng mọi dòng)" : " (cộng các dòng của mục)";
  const before = form.rows.slice(0, form.rows.indexOf(row)).filter(item => item[0] === "section").pop();
  return before ? ", mục " + rowTitle(before) : "";
}
function switchLine() {
  const own = book.switches.filter(([, value, normal]) => value !== normal);
  return element("p", {class: "soft"}, own.length ? "Quy tắc đếm khác mặc định: " + own.map(([name, value]) => name + " = " + value).join("; ") + "."
    : "Mọi quy tắc đếm để như mặc định.");
}
// Cells of the same row that hold a side of a percentage.
function measureLinks(figure, side, label) {
  const [name, ...both] = sources(figure)[0];
  const wanted = both[side - 1];
  const cells = wanted.map(measure => {
    const column = figure.form.columns.find(item => item[2] === name + "." + measure && !item[3]);
    const note = figure.form.notes.find(item => item[2] === name + "." + measure);
    const id = figure.id.split("/").slice(0, 3).join("/") + "/";
    if (column) return [figureLink(id + "c" + column[0], "cột " + column[0] + " «" + column[1].join(" / ") + "»"), " = " + cellText(figure, id + "c" + column[0])];
    if (note) return [figureLink(id + note[0], "«" + note[1] + "»"), " = " + cellText(figure, id + note[0])];
    return ["số đo " + measure + " của các bản ghi dưới đây"];
  });
  return element("p", {}, label + ": ", cells.flatMap((cell, number) => number ? [" + ", ...cell] : cell));
}
const cellText = (figure, id) => (findFigure(id) || {text: ""}).text;
function changesOf(id) {
  const found = Object.entries(others.figures).filter(([, item]) => item.base === id);
  if (!found.length) return null;
  return element("p", {}, "So với kỳ khác: ", found.flatMap(([name, item], number) => [number ? "; " : "", figureLink(name, item.text + " (" + item.period + ")")]));
}
// What moved a figure since the version issued before: who entered, who left, what did it.
async function sinceBefore(id) {
  if (!book.since) return null;
  const {before, cells, records} = await load("thay-doi");
  if (!cells[id]) return element("p", {}, "Không đổi so với bản " + before + ", cả số và bản ghi.");
  const [was, now, , moved] = cells[id];
  return [element("h2", {}, "Thay đổi so với bản " + before), element("p", {}, was === now ? "Số giữ nguyên " + now + ", nhưng bản ghi bên trong đã đổi:" : was + " → " + now + ":"),
    plainTable(["Bản ghi", "Vào, ra", "Đơn vị", "Ở bản " + before, "Ở bản này", "Nguyên nhân", "Đọc từ"], moved.map(([number, change]) => {
      const [name, unit, oldPlace, newPlace, oldReason, newReason, cause, source] = records[number];
      return [name, change, unit, [oldPlace, oldReason].filter(Boolean).join("; "), [newPlace, newReason].filter(Boolean).join("; "), cause, source];
    }))];
}
async function showChanges() {
  if (!book.since) return showMissing("thay-doi");
  const {before, cells, files: sent} = await load("thay-doi");
  const lines = Object.entries(cells);
  show("Thay đổi so với bản " + before, sent.length ? [element("h2", {}, "Tệp chỉ một bản tính"), plainTable(["Bản", "Đơn vị", "Tệp", "Nhận lúc"], sent)] : element("p", {}, "Hai bản tính cùng các tệp."),
    element("h2", {}, "Các số thay đổi (" + count(lines.length) + ")"),
    element("ul", {}, lines.map(([id, [was, now, title]]) => element("li", {}, figureLink(id, id.split("/")[0] + ": " + title), ": " + (was === now ? now + ", giữ nguyên; bản ghi bên trong đã đổi" : was + " → " + now)))));
}
async function showOther(figure) {
  const {other, id} = figure;
  const lines = [element("p", {class: "big"}, figure.text || "–"), element("p", {class: "soft"}, "Mã số liệu ", element("code", {}, id))];
  if (other.kind === "change") {
    lines.push(element("h2", {}, "Số này làm ra thế nào"),
      element("p", {}, "Kỳ này: ", figureLink(other.base, other.now)),
      element("p", {}, "Đã phát hành, " + other.period + " (bản " + other.issue + "): " + other.before.replace(".", ",")),
      element("p", {}, id.endsWith("_percent") ? "Chênh lệch chia cho số đã phát hành." : id.includes("_before_") ? "Đúng như đã phát hành." : "Hiệu của hai số, viết không dấu."),
      element("p", {class: "soft"}, "Bản " + other.issue + " có sổ tra cứu riêng trong thư mục issued/" + other.issue + "."));
    return show("So với " + other.period, lines);
  }
  for (const [label, side] of [["Tử số", other.parts], ["Mẫu số", other.whole]])
    if (side && side.length) lines.push(element("p", {}, label + ": ", side.flatMap((name, number) => [number ? " + " : "", figureLink(name, (findFigure(name) || {text: name}).text)])));
  if (other.made) lines.push(element("h2", {}, "Số này làm ra thế nào"), element("p", {}, other.made));
  if (other.from && other.from.length) lines.push(element("ul", {}, other.from.map(name => element("li", {}, figureLink(name, (others.figures[name] || {}).label || name), ": " + ((others.figures[name] || {}).text || "–")))));
  show(other.label || id, lines);
  return showListed(id);
}
// The records of a number that is in no form: a day of the calendar, a part of a longer period, a count of the scorecard.
async function showListed(key) {
  const number = others.lists.indexOf(key);
  if (number < 0) return;
  const fact = await factOf(others.listedIn[key] || others.listed), positions = await load("diem/" + number), list = element("div", {});
  main.append(element("h2", {}, "Các bản ghi"), list);
  await listRecords(list, [{fact, positions, records: positions.length}], {id: key});
}
function showMissing(id) { show("Không có số liệu này", element("p", {}, "Sổ của " + book.period + " không có mã «" + id + "»."), element("p", {}, link("", "Về trang đầu"))); }

// --- lists ----------------------------------------------------------------------------------------------------------
// spans: [{fact, groups, parts, whole, records, positions}] → positions one after the other.
function* positionsOf(spans) {
  for (const span of spans) {
    if (span.positions) for (const pos of span.positions) yield [span, pos];
    else for (const number of span.groups) {
      const start = span.fact.starts[number];
      for (let pos = start; pos < start + span.fact.groups[number][0]; pos++) yield [span, pos];
    }
  }
}
async function take(walk, most) {
  const wanted = [];
  while (wanted.length < most) { const step = walk.next(); if (step.done) break; wanted.push(step.value); }
  files = files || await load("tep");
  return Promise.all(wanted.map(async ([span, pos]) => ({span, record: await recordAt(span.fact, pos)})));
}
const upper = text => text.charAt(0).toUpperCase() + text.slice(1);
function heads(fact) { return [fact.title, "Đơn vị", ...fact.more.map(item => upper(item[0])), ...fact.dates.map(item => upper(item[0])), "Vì sao"]; }
function amountOf(span, record) {
  if (!span.parts) return "";
  const group = span.fact.groups[groupAt(span.fact, record.pos)];
  const one = names => names.reduce((sum, name) => { const found = record.amounts.find(item => item[0] === name); return sum + (found ? found[1] : has(span.fact, group, name) ? 1 : 0); }, 0);
  return span.whole ? count(one(span.parts)) + " / " + count(one(span.whole)) : count(one(span.parts));
}
async function listRecords(place, spans, figure) {
  const all = spans.reduce((sum, span) => sum + span.records, 0);
  if (!all) { place.append(element("p", {}, "Không có bản ghi nào.")); return; }
  const walk = positionsOf(spans);
  let number = 0, body = null, fact = null;
  const told = element("span", {class: "soft"});
  const more = element("button", {type: "button", onclick: () => next(SHOWN)}, "Hiện thêm");
  const rest = element("button", {type: "button", onclick: () => next(all)}, "Hiện tất cả");
  const copy = element("button", {type: "button", onclick: () => copyList(spans, figure, told)}, "Chép danh sách");
  const save = element("button", {type: "button", onclick: () => saveList(spans, figure, told)}, "Tải tệp CSV");
  const bar = element("div", {class: "bar"}, more, rest, copy, save, element("button", {type: "button", onclick: () => window.print()}, "In"), told);
  const tables = element("div", {});
  place.append(tables, bar);
  async function next(most) {
    const found = await take(walk, most);
    for (const {span, record} of found) {
      if (fact !== span.fact) {
        fact = span.fact;
        body = element("tbody", {});
        tables.append(element("div", {class: "wide"}, element("table", {class: "list"}, element("thead", {}, element("tr", {},
          ["", ...heads(fact), "Tính", "Dòng quyết định"].map(text => element("th", {scope: "col"}, text)))), body)));
      }
      body.append(recordRow(span, record, ++number));
    }
    told.textContent = "Đang hiện " + count(number) + "/" + count(all) + " bản ghi.";
    more.hidden = rest.hidden = number >= all;
  }
  await next(SHOWN);
}
function recordRow(span, record, number) {
  const cells = [
    element("td", {class: "n"}, String(number)),
    element("td", {}, link("hs/" + record.fact.folder + "/" + record.pos, record.code || "(không ghi mã)")),
    element("td", {"data-l": "Đơn vị"}, unitName(record.unit)),
    ...record.more.map(([label, text]) => element("td", {"data-l": upper(label)}, text)),
    ...record.dates.map(([label, text]) => element("td", {"data-l": upper(label)}, text)),
    element("td", {"data-l": "Vì sao"}, record.why),
    element("td", {class: "n", "data-l": "Tính"}, amountOf(span, record)),
    element("td", {class: "rows"}, rowLines(record).map(line => element("div", {title: line.place ? line.place.file[0] + "\n" + line.place.file[3] : ""},
      record.fact.parts.length > 1 ? line.parts + ": " : "", line.text))),
  ];
  return element("tr", {}, cells);
}
const inert = text => /^\s*[=+\-@]/.test(text) && !/^\s*[+-]?\d+([.,]\d+)?\s*$/.test(text) ? "'" + text : text;
async function wholeList(spans, told) {
  const walk = positionsOf(spans), lines = [];
  let fact = null;
  for (;;) {
    const found = await take(walk, 5000);
    if (!found.length) return lines;
    for (const {span, record} of found) {
      if (fact !== span.fact) {
        fact = span.fact;
        lines.push([...heads(fact), "Tính", ...fact.parts.flatMap(part => ["Tệp", "Trang", "Dòng", "Đơn vị gửi", "Phiếu nhận", "Mã băm"].map(name => name + (fact.parts.length > 1 ? " (" + part + ")" : "")))]);
      }
      lines.push([record.code, unitName(record.unit), ...record.more.map(item => item[1]), ...record.dates.map(item => item[1]), record.why, amountOf(span, record),
        ...record.rows.flatMap(([, row]) => { const at = placeOf(row); return at ? [at.file[2], at.sheet, at.row || "", at.file[1], at.file[0], at.file[3]] : ["", "", "", "", "", ""]; })]
        .map(value => inert(String(value === null ? "" : value).replace(/[\t\r\n]+/g, " "))));
    }
    told.textContent = "Đã đọc " + count(lines.length) + " dòng…";
  }
}
async function copyList(spans, figure, told) {
  const lines = await wholeList(spans, told);
  const text = lines.map(line => line.join("\t")).join("\n");
  try { await navigator.clipboard.writeText(text); }
  catch (error) {
    const area = element("textarea", {}); area.value = text; document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
  }
  told.textContent = "Đã chép " + count(lines.length - 1) + " bản ghi; dán vào bảng tính.";
}
async function saveList(spans, figure, told) {
  const lines = await wholeList(spans, told);
  const quoted = text => /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  const blob = new Blob(["\ufeff" + lines.map(line => line.map(quoted).join(",")).join("\n") + "\n"], {type: "text/csv"});
  const at = element("a", {href: URL.createObjectURL(blob), download: figure.id.replace(/[^0-9A-Za-z.-]+/g, "_") + ".csv"});
  at.click();
  told.textContent = "Đã ghi " + count(lines.length - 1) + " bản ghi.";
}

// --- pages ----------------------------------------------------------------------------------------------------------
async function showRecord(folder, pos) {
  const fact = await factOf((book.facts.find(item => item.folder === folder) || {}).name);
  files = files || await load("tep");
  const record = await recordAt(fact, pos);
  const pairs = [["Đơn vị", unitName(record.unit)], ...record.more, ...record.dates, ["Vì sao", record.why]];
  const group = fact.groups[groupAt(fact, pos)];
  const stands = element("div", {});
  for (const form of forms) {
    const found = [];
    for (const row of form.rows) {
      if (!matches(fact, group, form, row)) continue;
      form.columns.forEach(([number, head, source, whole]) => {
        const measures = [source, whole].filter(item => item && (item.startsWith(fact.name + ".") || fact.name === form.declared)).map(item => item.split(".")[1]);
        if (measures.some(name => has(fact, group, name))) found.push(figureLink([form.id, form.scope, row[1], "c" + number].join("/"), rowTitle(row) + ", cột " + number + " «" + head[head.length - 1] + "»"));
      });
      form.notes.forEach(([name, label, source]) => {
        if (source.startsWith(fact.name + ".") && has(fact, group, source.split(".")[1])) found.push(figureLink([form.id, form.scope, row[1], name].join("/"), rowTitle(row) + ", ghi chú «" + label + "»"));
      });
      form.ratios.forEach(([name, label, of, above, below]) => {
        if (of === fact.name && [...above, ...below].some(item => has(fact, group, item))) found.push(figureLink([form.id, form.scope, row[1], name].join("/"), rowTitle(row) + ", " + label));
      });
    }
    if (found.length) stands.append(element("h2", {}, form.number + " (" + found.length + " số)"), element("ul", {}, found.map(item => element("li", {}, item))));
  }
  show(record.code || fact.title,
    element("div", {class: "wide"}, element("table", {}, element("tbody", {}, pairs.map(([label, text]) => element("tr", {}, element("th", {scope: "row"}, upper(label)), element("td", {}, text)))))),
    element("h2", {}, "Các dòng quyết định"),
    rowLines(record).map(line => element("p", {}, record.fact.parts.length > 1 ? element("b", {}, line.parts + ": ") : "", line.text,
      line.place && line.place.file[3] ? [element("br", {}), "Phiếu nhận ", element("code", {}, line.place.file[0]), ", nhận " + isoDay(line.place.file[4]) + " " + line.place.file[4].slice(11),
        element("br", {}), "Mã băm SHA-256 ", element("code", {}, line.place.file[3]), "; tệp gốc: ", element("code", {}, "data/landing/" + line.place.file[3])] : "")),
    element("h2", {}, "Đứng trong các số của báo cáo này"), stands.childNodes.length ? stands : element("p", {}, "Không số nào tính bản ghi này."));
}
async function showSearch(text) {
  const wanted = folded(text);
  // A short code is said with or without its version; a part of one names all it may be.
  const bare = code => folded(code).replace(/-v\d+$/, "");
  const coded = Object.keys(others.codes).filter(name => bare(others.codes[name]).startsWith(bare(text)));
  const id = coded.find(name => bare(others.codes[name]) === bare(text));
  if (id) { location.replace("#" + id); return; }
  if (findFigure(text)) { location.replace("#" + text); return; }
  if (others.lists.includes(text)) { location.replace("#diem/" + text); return; }
  show("Tìm «" + text + "»", element("p", {}, "Đang tìm…"));
  const found = [];
  // Pieces are in order of codes: those that can begin so first, then, for a part of a code, all.
  const order = book.search.map((first, number) => number);
  const begins = order.filter(number => (number === 0 || folded(book.search[number]) <= wanted + "\uffff") && (number === order.length - 1 || folded(book.search[number + 1]) >= wanted));
  for (const number of [...begins, ...order.filter(item => !begins.includes(item))]) {
    if (found.length >= 200 || (found.length && !begins.includes(number))) break;
    for (const [code, fact, pos] of await load("tim/" + number)) if (folded(code).includes(wanted) && found.length < 200) found.push([code, fact, pos]);
  }
  found.sort((one, other) => (folded(other[0]) === wanted) - (folded(one[0]) === wanted));
  if (found.length === 1 || (found.length && folded(found[0][0]) === wanted && folded((found[1] || [""])[0]) !== wanted)) {
    location.replace("#hs/" + book.facts[found[0][1]].folder + "/" + found[0][2]); return;
  }
  if (coded.length && wanted.includes("-") && !found.length) {
    show("Tìm «" + text + "»", element("ul", {}, coded.slice(0, 200).map(name => element("li", {}, figureLink(name, others.codes[name])))));
    return;
  }
  show("Tìm «" + text + "»", found.length ? element("ul", {}, found.map(([code, fact, pos]) => element("li", {}, link("hs/" + book.facts[fact].folder + "/" + pos, code), " · " + book.facts[fact].title)))
    : element("p", {}, "Không có bản ghi nào của kỳ này có mã như vậy." + (book.hasTables ? " Dòng không được tính: xem evidence/dong-di-dau.csv." : "")));
}
function showForm(id) {
  const form = forms.find(item => item.id === id);
  if (!form) return showMissing(id);
  const cell = (row, text, column) => element("td", {class: "n"}, text ? figureLink([form.id, form.scope, row[1], column].join("/"), text) : "");
  show(form.number, element("p", {}, form.title), element("p", {class: "soft"}, form.coverage),
    element("div", {class: "wide"}, element("table", {}, element("thead", {}, element("tr", {}, ["", "", ...form.columns.map(([number, head]) => "(" + number + ") " + head.join(" / "))].map(text => element("th", {scope: "col"}, text)))),
      element("tbody", {}, form.rows.map(row => element("tr", {class: row[0]}, element("td", {}, row[2]), element("td", {}, row[3]), row[5].map((text, place) => cell(row, text, "c" + form.columns[place][0]))))))),
    form.notes.length || form.ratios.length ? [element("h2", {}, "Dưới biểu, dòng tổng cộng"), element("ul", {},
      form.notes.map(([name, label], place) => [form.rows[form.rows.length - 1], label, name, 6, place]).concat(form.ratios.map(([name, label], place) => [form.rows[form.rows.length - 1], label, name, 7, place]))
        .map(([row, label, name, at, place]) => element("li", {}, label + ": ", figureLink([form.id, form.scope, row[1], name].join("/"), row[at][place] || "–"))))] : "");
}
function showChart(id) {
  const chart = others.charts.find(item => item.id === id);
  if (!chart) return showMissing(id);
  show(chart.title, chart.series.map(([name, points]) => [element("h2", {}, name), element("div", {class: "wide"}, element("table", {}, element("tbody", {},
    points.map(([label, text, figure]) => element("tr", {}, element("td", {}, label), element("td", {class: "n"},
      figure ? figureLink(figure, text) : others.lists.includes(id + "/" + label) ? link("diem/" + id + "/" + label, text) : text))))))]));
}
function showPoint(key) {
  const [chart, ...label] = key.split("/");
  const found = others.charts.find(item => item.id === chart);
  if (!found || !others.lists.includes(key)) return showMissing(key);
  const point = found.series[0][1].find(item => item[0] === label.join("/"));
  show(found.title + ": " + label.join("/"), element("p", {class: "big"}, point ? point[1] : ""),
    element("p", {class: "soft"}, "Mã số liệu ", element("code", {}, key)), element("p", {}, link("bieu-do/" + chart, "Về biểu đồ")));
  return showListed(key);
}
const STATES = {accepted: "đã gửi, được tính", refused: "tệp bị từ chối", not_sent: "chưa gửi", missing: "chưa gửi", on_time: "đúng hạn", late: "trễ hạn", unknown: "không xác định"};
function showCoverage() {
  show("Đơn vị nào đã gửi gì", element("p", {}, others.sentence),
    element("div", {class: "wide"}, element("table", {}, element("thead", {}, element("tr", {}, ["Đơn vị", "Nội dung", "Kết quả", "Đúng hạn", "Số tệp", "Dòng đọc được", "Dòng trả lại"].map(text => element("th", {scope: "col"}, text)))),
      element("tbody", {}, others.coverage.map(line => element("tr", {}, line.map((value, place) => element("td", place > 3 ? {class: "n"} : {}, value === null ? "" : String(STATES[value] || value)))))))),
    element("ul", {}, element("li", {}, link("tep-nhan", "Từng tệp đã nhận")), element("li", {}, link("tra-lai", "Từng dòng trả lại"))));
}
function plainTable(titles, lines) {
  return element("div", {class: "wide"}, element("table", {class: "list"}, element("thead", {}, element("tr", {}, titles.map(text => element("th", {scope: "col"}, text)))),
    element("tbody", {}, lines.map(line => element("tr", {}, line.map((value, place) => element("td", {"data-l": titles[place]}, value === null ? "" : String(value))))))));
}
async function showFiles() {
  const lines = await load("tep-nhan"), own = lines.filter(line => line[0]);
  const titles = ["Đơn vị", "Loại số liệu", "Tệp", "Dùng thế nào", "Lý do từ chối", "Số dòng", "Đọc được", "Trả lại", "Cảnh báo", "Phiếu nhận", "Mã băm SHA-256"];
  show("Từng tệp đã nhận", element("h2", {}, "Gửi cho kỳ này (" + count(own.length) + ")"), plainTable(titles, own.map(line => line.slice(1))),
    element("h2", {}, "Gửi cho kỳ khác (" + count(lines.length - own.length) + ")"), plainTable(titles, lines.filter(line => !line[0]).map(line => line.slice(1))));
}
async function showSentBack() {
  const lines = await load("tra-lai");
  show("Từng dòng trả lại (" + count(lines.length) + ")", plainTable(["Đơn vị", "Loại số liệu", "Bản ghi", "Lý do", "Cách sửa", "Tệp", "Trang", "Dòng"], lines));
}
function showHome() {
  show("Sổ tra cứu số liệu, " + book.period,
    element("p", {}, "Mỗi số in trong báo cáo và biểu mẫu mở ra các bản ghi làm nên nó, và từng dòng của tệp mà đơn vị đã gửi. Bấm vào một số trong báo cáo (.html, .pdf), trong biểu dưới đây, hoặc tìm theo mã."),
    element("p", {class: "soft"}, book.office + ". Số liệu từ " + isoDay(book.from) + " đến hết " + isoDay(book.until) + ", từ các tệp nhận đến " + book.receivedBy.slice(11, 16) + " ngày " + isoDay(book.receivedBy) + "." + (book.version ? " Bản phát hành v" + book.version + "." : " Bản dự thảo.")),
    element("h2", {}, "Biểu"), element("ul", {}, forms.map(form => element("li", {}, link("bieu/" + form.id, form.number), " · " + form.title))),
    element("h2", {}, "Biểu đồ"), element("ul", {}, others.charts.map(chart => element("li", {}, link("bieu-do/" + chart.id, chart.title)))),
    book.since ? element("p", {}, link("thay-doi", "Thay đổi so với bản " + book.since)) : "",
    element("h2", {}, "Nguồn"), element("ul", {}, element("li", {}, link("do-phu", "Đơn vị nào đã gửi gì")), element("li", {}, link("tep-nhan", "Từng tệp đã nhận")), element("li", {}, link("tra-lai", "Từng dòng trả lại")),
      book.hasTables ? element("li", {}, element("a", {href: "../evidence/DOC-HIEU.md"}, "Các bảng chứng cứ (CSV, Parquet)")) : ""));
}
async function route() {
  let path = location.hash.slice(1);
  try { path = decodeURIComponent(path); } catch (error) { /* a sign somebody typed: as it is */ }
  const [first, ...rest] = path.split("/");
  try {
    if (!path) showHome();
    else if (first === "bieu" && rest.length === 1) showForm(rest[0]);
    else if (first === "bieu-do") showChart(rest.join("/"));
    else if (first === "do-phu") showCoverage();
    else if (first === "tep-nhan") await showFiles();
    else if (first === "tra-lai") await showSentBack();
    else if (first === "thay-doi") await showChanges();
    else if (first === "diem") await showPoint(rest.join("/"));
    else if (first === "hs") await showRecord(rest[0], Number(rest[1]));
    else if (first === "tim") await showSearch(rest.join("/"));
    else await showFigure(path);
  } catch (error) { show("Không mở được trang này", element("p", {class: "bad"}, String(error.message || error)), element("p", {}, link("", "Về trang đầu"))); }
  document.body.dataset.ready = String(Math.round(performance.now()));
}
(async () => {
  [book, forms, others] = await Promise.all(["so", "bieu", "khac"].map(load));
  document.getElementById("period").textContent = "· " + book.period + (book.version ? ", bản v" + book.version : ", dự thảo");
  document.getElementById("search").addEventListener("submit", event => {
    event.preventDefault();
    const text = document.getElementById("query").value.trim();
    if (text) location.hash = "tim/" + text;
  });
  window.addEventListener("hashchange", route);
  await route();
})();
