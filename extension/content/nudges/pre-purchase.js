/** Asks once more as the product goes into the cart. */

nudge.kinds.pre_purchase = (view, doors, card) => {
  const later = makeButton("main", view.texts.sleepOnIt, () => {
    card.querySelector(".doors")?.replaceWith(...nudge.kinds.cooling_off(view, doors, card));
    card.querySelector("select")?.focus({ preventScroll: true });
  });
  const why = makeButton("", view.texts.reasonsTitle, () => {
    doors.welcomed();
    doors.why?.();
  });
  return [make("div", "doors", later, ...(doors.why ? [why] : []))];
};
