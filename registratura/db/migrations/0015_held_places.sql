-- In a rush thousands of holds live at once: a booking looks only at those of its patient and slot.
create index held_of_a_patient on appointment (patient_id) where state = 'held';
create index held_of_a_slot on appointment (slot_id) where state = 'held';
