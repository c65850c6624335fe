// Comfort of the form «Добавление родственника»; the server knows all of it without this file.
(function () {
  "use strict";
  var form = document.getElementById("relative");
  if (!form) return;
  var middle = form.elements.middle_name;
  var none = form.elements.no_middle_name;
  var policy = form.elements.policy_number;
  var chosen = false; // a sex that a person chose is never changed again

  function ends(name, endings) {
    return endings.split(" ").some(function (ending) {
      return name.endsWith(ending);
    });
  }
  function guessSex() {
    if (chosen) return;
    var name = middle.value.trim().toLowerCase().replace(/ё/g, "е");
    var guess = ends(name, form.dataset.male) ? "M" : ends(name, form.dataset.female) ? "F" : "";
    form.querySelectorAll("[name=sex]").forEach(function (radio) {
      radio.checked = radio.value === guess;
    });
  }
  form.addEventListener("change", function (event) {
    if (event.target.name === "sex") chosen = true;
  });
  middle.addEventListener("input", guessSex);

  function closeMiddle() {
    middle.disabled = none.checked;
    if (none.checked) middle.value = "";
  }
  none.addEventListener("change", closeMiddle);
  if (none.checked && !middle.value) closeMiddle();

  // The last digit of a policy checks the others (Luhn). A warning, never an obstacle.
  function fits(number) {
    var sum = 0;
    for (var place = 0; place < number.length; place += 1) {
      var digit = Number(number[number.length - 1 - place]) * (place % 2 ? 2 : 1);
      sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 === 0;
  }
  var warning = document.getElementById("policy-warning");
  function checkPolicy() {
    var number = policy.value.replace(/[\s\u2010-\u2015\u2212-]/g, "");
    var doubtful = /^[0-9]{16}$/.test(number) && !fits(number);
    warning.textContent = doubtful ? warning.dataset.words : "";
  }
  policy.addEventListener("input", checkPolicy); // not "change": nothing may move under a click
  checkPolicy();
})();
