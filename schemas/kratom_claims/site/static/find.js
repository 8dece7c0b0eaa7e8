// Search, facets and order of the list of claims. The list itself is the data: without this script it stays a plain list.
(() => {
  const form = document.getElementById("find");
  const list = document.getElementById("claims");
  const items = [...list.children];
  const field = (name) => form.elements[name];
  const ranks = (name) => [...field(name).options].map((option) => option.value).filter(Boolean);
  const rank = { certainty: ranks("certainty"), harm: ranks("harm") };
  const place = (item, name) => (rank[name].indexOf(item.dataset[name]) + 1 || rank[name].length + 1);

  const names = JSON.parse(document.getElementById("names").textContent);
  const namesOf = (item) => item.dataset.about.split(" ").map((entity) => names[entity] || "").join(" ");
  const stem = (word) => (word.length > 5 ? word.replace(/(?:ing|ions?|ed|es|s)$/, "") : word);
  const index = new MiniSearch({
    fields: ["statement", "names", "claim"],
    processTerm: (term) => stem(term.toLowerCase()),
    searchOptions: { prefix: true, fuzzy: (term) => (term.length > 4 ? 0.2 : false), boost: { statement: 3, claim: 3 } },
  });
  index.addAll(items.map((item, id) => ({
    id, statement: item.querySelector("a").textContent, names: namesOf(item), claim: item.dataset.claim,
  })));

  const scores = (query) => {
    const every = index.search(query, { combineWith: "AND" });
    return new Map((every.length ? every : index.search(query)).map((hit) => [items[hit.id], hit.score]));
  };
  const keeps = {
    topic: (item, value) => item.dataset.topic === value,
    verdict: (item, value) => item.dataset.verdict === value,
    type: (item, value) => item.dataset.type === value,
    article: (item, value) => item.dataset.article.split(" ").includes(value),
    certainty: (item, value) => place(item, "certainty") <= rank.certainty.indexOf(value) + 1,
    harm: (item, value) => place(item, "harm") <= rank.harm.indexOf(value) + 1,
  };
  const orders = {
    certainty: (a, b) => place(a, "certainty") - place(b, "certainty"),
    harm: (a, b) => place(a, "harm") - place(b, "harm"),
    findings: (a, b) => b.dataset.findings - a.dataset.findings,
    topic: (a, b) => a.dataset.topic.localeCompare(b.dataset.topic, "en"),
    id: (a, b) => a.dataset.claim.localeCompare(b.dataset.claim, "en", { numeric: true }),
  };

  const show = () => {
    const chosen = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
    const found = chosen.q ? scores(chosen.q) : null;
    const kept = items.filter((item) => (!found || found.has(item))
      && Object.entries(keeps).every(([name, keep]) => !chosen[name] || keep(item, chosen[name])));
    const byMatch = found && ((a, b) => found.get(b) - found.get(a));
    const order = orders[chosen.sort] || (chosen.sort ? null : byMatch);
    list.replaceChildren(...(order ? kept.sort(order) : kept));
    document.getElementById("count").textContent = kept.length
      ? `${kept.length} of ${items.length} claims` : "No claim fits. Take a filter away, or use other words.";
    history.replaceState(null, "", Object.keys(chosen).length ? `?${new URLSearchParams(chosen)}` : location.pathname);
  };

  for (const [name, value] of new URLSearchParams(location.search)) if (field(name)) field(name).value = value;
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(?:INPUT|SELECT)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      field("q").focus();
    }
  });
  document.getElementById("plain").remove();
  form.hidden = false;
  show();
})();
