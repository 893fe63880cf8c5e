// Sends the one form of this page at once; without scripts the person presses its button.
document.forms[0].submit();
