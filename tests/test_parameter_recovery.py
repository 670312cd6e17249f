"""One calibration of simulated visits finds what they were simulated with; a hundred are in `tests/verification`.

Law: an estimate lies within 4 standard errors of the truth but for a chance of 6e-5 each; the seed is fixed.
"""

from tests.calibration_worlds import recovered


def test_half_a_year_of_simulated_visits_tells_the_parameters_they_were_simulated_with() -> None:
    found = recovered(0, weeks=26)
    assert {parameter.name: parameter.z for parameter in found if not parameter.z < 4.0} == {}
    assert {"treatment mean 4", "patience never -1", "returns susceptible"} <= {parameter.name for parameter in found}
