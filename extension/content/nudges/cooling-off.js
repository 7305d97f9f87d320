/** Proposes to sleep on it, for an hour to a week, and to be reminded then. */

nudge.kinds.cooling_off = (view, doors, card) => {
  const choice = make("select");
  choice.id = "pause";
  choice.append(...view.pauses.map(({ hours, label, isProposed }) => new Option(label, String(hours), isProposed, isProposed)));
  const label = make("label", "", view.texts.pauseFor);
  label.htmlFor = choice.id;
  const remind = makeButton("main", view.texts.remindMe, async () => {
    const set = await doors.sleep(Number(choice.value));
    if (set === null) return;
    card.querySelector(".head .words")?.replaceChildren(make("h2", "", view.texts.pauseSet), make("p", "line", set));
    for (const part of [label, choice, row]) part.remove();
    corner.tell(view.texts.pauseSet, set);
  });
  const row = make("div", "doors", remind);
  return [label, choice, row];
};
